"""Files as rows: encodings, delimited text, workbooks, XML, JSON lines and archives. No folder is known here.

A file that cannot be opened at all is a `MalformedError`, whose text never repeats what the file holds. A row that
cannot be read is an item like any other, with its reason under `hub.wire.UNREAD_FIELD`: good rows land beside it.
"""
