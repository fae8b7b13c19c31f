"""Parts of the engine `ray`; only `joining`, `actors` and `tasks` know Ray, so the others can be
tested in one process.

`sharding` says which worker looks after a host, `shard` is that worker, `remote` asks it,
`gates` keep politeness over all workers, `lease` keeps two from taking themselves for the same.
`reading` has large documents read by any machine.
"""
