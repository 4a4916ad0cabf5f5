#include "mcim/store/gathered_wal.h"

#include <sqlite3.h>

#include <cstdint>
#include <new>
#include <vector>

namespace mcim::store {
namespace {

/// SQLite's own file takes less than 2^17 octets in one call.
constexpr std::size_t waiting_max = 0x1FFFF;

/// SQLite's own file follows it in the same piece of memory (szOsFile).
struct GatheredFile {
    sqlite3_file base;
    std::vector<std::uint8_t> waiting;
    sqlite3_int64 at = 0;  ///< where in the file it begins

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& methods() { return *real()->pMethods; }

    [[nodiscard]] bool goes_on_at(sqlite3_int64 offset) const {
        return offset == at + static_cast<sqlite3_int64>(waiting.size());
    }
    /// What cannot be written is given up. That is an error for which SQLite takes the whole transaction back, wherever
    /// it comes up; for SQLITE_FULL it might take back the statement alone, whose pages these may not be.
    int flush() {
        if (waiting.empty()) return SQLITE_OK;
        const int done = methods().xWrite(real(), waiting.data(), static_cast<int>(waiting.size()), at);
        waiting.clear();
        return done == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_WRITE;
    }
};

// what SQLite allocates is aligned to 8 octets, and no more than that is promised
static_assert(alignof(GatheredFile) <= 8 && sizeof(GatheredFile) % 8 == 0);

GatheredFile& gathered(sqlite3_file* file) { return *reinterpret_cast<GatheredFile*>(file); }

int close(sqlite3_file* file) {
    GatheredFile& f = gathered(file);
    const int flushed = f.flush();
    const int closed = f.methods().xClose(f.real());
    f.~GatheredFile();
    return flushed != SQLITE_OK ? flushed : closed;
}

int write(sqlite3_file* file, const void* octets, int size, sqlite3_int64 offset) {
    GatheredFile& f = gathered(file);
    const auto* from = static_cast<const std::uint8_t*>(octets);
    if (!f.goes_on_at(offset) || f.waiting.size() + static_cast<std::size_t>(size) > waiting_max)
        if (const int flushed = f.flush(); flushed != SQLITE_OK) return flushed;
    if (f.waiting.empty()) f.at = offset;
    try {
        f.waiting.insert(f.waiting.end(), from, from + size);
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

/// A call of SQLite's own file, after what waits.
template <auto Method>
struct AfterFlush;
template <class... Args, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Args...)>
struct AfterFlush<Method> {
    static int call(sqlite3_file* file, Args... args) {
        GatheredFile& f = gathered(file);
        if (const int flushed = f.flush(); flushed != SQLITE_OK) return flushed;
        return (f.methods().*Method)(f.real(), args...);
    }
};
/// One that does not touch what the file holds.
template <auto Method>
struct Straight;
template <class... Args, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Args...)>
struct Straight<Method> {
    static int call(sqlite3_file* file, Args... args) {
        GatheredFile& f = gathered(file);
        return (f.methods().*Method)(f.real(), args...);
    }
};

using Io = sqlite3_io_methods;
/// Version 1: those of a file alone. What later ones have is for databases: shared memory and mapped pages.
constexpr Io wal_methods{.iVersion = 1,
                         .xClose = close,
                         .xRead = AfterFlush<&Io::xRead>::call,
                         .xWrite = write,
                         .xTruncate = AfterFlush<&Io::xTruncate>::call,
                         .xSync = AfterFlush<&Io::xSync>::call,
                         .xFileSize = AfterFlush<&Io::xFileSize>::call,
                         .xLock = Straight<&Io::xLock>::call,
                         .xUnlock = Straight<&Io::xUnlock>::call,
                         .xCheckReservedLock = Straight<&Io::xCheckReservedLock>::call,
                         .xFileControl = AfterFlush<&Io::xFileControl>::call,
                         .xSectorSize = Straight<&Io::xSectorSize>::call,
                         .xDeviceCharacteristics = Straight<&Io::xDeviceCharacteristics>::call,
                         .xShmMap = nullptr,
                         .xShmLock = nullptr,
                         .xShmBarrier = nullptr,
                         .xShmUnmap = nullptr,
                         .xFetch = nullptr,
                         .xUnfetch = nullptr};

sqlite3_vfs& own(sqlite3_vfs* vfs) { return *static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
    if ((flags & SQLITE_OPEN_WAL) == 0) return own(vfs).xOpen(&own(vfs), name, file, flags, flags_out);
    auto* f = new (file) GatheredFile;
    const int opened = own(vfs).xOpen(&own(vfs), name, f->real(), flags, flags_out);
    f->base.pMethods = &wal_methods;
    if (opened != SQLITE_OK) {
        f->~GatheredFile();
        file->pMethods = nullptr;  // so that SQLite does not close it
    }
    return opened;
}

sqlite3_vfs make_vfs() {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    sqlite3_vfs out = *system;  // its other calls work on names alone
    out.zName = "gathered-wal";
    out.pNext = nullptr;
    out.pAppData = system;
    out.szOsFile += static_cast<int>(sizeof(GatheredFile));
    out.xOpen = open;
    return out;
}

}  // namespace

const char* gathered_wal_vfs() {
    static sqlite3_vfs vfs = make_vfs();
    static const int registered = sqlite3_vfs_register(&vfs, 0);
    static_cast<void>(registered);
    return vfs.zName;
}

}  // namespace mcim::store
