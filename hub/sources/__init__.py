"""How bytes arrive: the one room that speaks HTTP.

Pure: `decode` and `xml` (bytes to values), `envelope` (values to pages), `asking` and `signing` (declarations to
requests), `paging` (which request is next), `failures` (which error it was). On the wire: `origin`, `transport`,
`exchange`, `session`, `lending` with `shared`, `retries`, put together by `http`.

Front databases: `views`, `stamps`, `cells` and `table_failures` are pure; `database` is the way there, `table` puts
them together.
"""
