"""Parts of the engine `ray`; none of them knows Ray, so each can be tested in one process.

`sharding` says which worker looks after a host, `shard` is that worker, `remote` asks it,
`gates` keep politeness over all workers, `lease` keeps two from taking themselves for the same.
"""
