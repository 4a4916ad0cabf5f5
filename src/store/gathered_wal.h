// Private to the module: a VFS of SQLite (https://sqlite.org/vfs.html) that writes the WAL of a group of commits at
// once.
#pragma once

namespace mcim::store {

/// The name for sqlite3_open_v2. SQLite writes each page of a WAL with two calls of its file; here what follows on each
/// other waits in memory until SQLite syncs the WAL, reads it or cuts it, and is then one call. So it is on the disk
/// when it has to be: at the end of each transaction, with synchronous=FULL. For one process and one connection alone:
/// another one would not see what waits. Everything else goes to the VFS that SQLite takes by itself.
const char* gathered_wal_vfs();

}  // namespace mcim::store
