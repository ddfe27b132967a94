/* A disk that fails on demand: preloaded into the server by tests of faults, and nowhere else.
 *
 * It stands between SQLite and libc for the files named *.sqlite, *.sqlite-wal and *.sqlite-journal
 * below FAULT_SHIM_DIR.
 *
 * FAULT_SHIM_CONTROL names a file of `struct control`, mapped here and rewritten by the test while the
 * server runs. FAULT_SHIM_JOURNAL, when set, names a file that gets a record of every change that
 * reached the page cache and of every sync, in order: from it the test builds the files as they would
 * be after a power cut. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum mode { NONE = 0, FULL = 1, WRITE_AT = 2, SYNC_AT = 3, ALL_FROM = 4, ANY_AT = 5 };
enum scope { EVERY_FILE = 0, WAL_ONLY = 1 };
enum operation { WRITE = 1, SYNC = 2, TRUNCATE = 3, UNLINK = 4 };

struct control {
    uint32_t mode;   /* enum mode */
    uint32_t at;     /* counts matching operations from 1 */
    uint32_t scope;  /* enum scope */
    uint32_t seen;   /* operations since the test reset it */
    uint32_t failed; /* of them, those that failed */
};

struct header {
    uint32_t operation;
    uint32_t path; /* bytes of the path that follows */
    uint64_t offset;
    uint32_t data; /* bytes that follow the path */
    uint32_t unused;
};

#define DESCRIPTORS 4096
#define PATH 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile struct control *control;
static int journal = -1;
static char directory[PATH];
/* What is known of a descriptor: 0 nothing, 1 not ours, 2 ours. */
static unsigned char known[DESCRIPTORS];
static char paths[DESCRIPTORS][PATH];

__attribute__((constructor)) static void begin(void) {
    const char *dir = getenv("FAULT_SHIM_DIR"), *file = getenv("FAULT_SHIM_CONTROL");
    if (!dir || !file || !realpath(dir, directory)) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
    void *map = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) control = map;
    const char *log = getenv("FAULT_SHIM_JOURNAL");
    if (log) journal = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int ends(const char *text, const char *tail) {
    size_t all = strlen(text), end = strlen(tail);
    return all >= end && strcmp(text + all - end, tail) == 0;
}

static int is_data(const char *path) {
    if (!directory[0] || strncmp(path, directory, strlen(directory)) != 0) return 0;
    return ends(path, ".sqlite") || ends(path, ".sqlite-wal") || ends(path, ".sqlite-journal");
}

/* The path of a descriptor of ours, else NULL. */
static const char *ours(int fd) {
    if (!control || fd < 0 || fd >= DESCRIPTORS) return NULL;
    if (known[fd] == 0) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, paths[fd], PATH - 1);
        paths[fd][length > 0 ? length : 0] = 0;
        known[fd] = is_data(paths[fd]) ? 2 : 1;
    }
    return known[fd] == 2 ? paths[fd] : NULL;
}

/* Whether this operation must fail, and with what. */
static int refused(enum operation operation, const char *path) {
    if (control->scope == WAL_ONLY && !ends(path, "-wal")) return 0;
    enum mode mode = control->mode;
    int counted = mode == WRITE_AT ? operation != SYNC : mode == SYNC_AT ? operation == SYNC : 1;
    uint32_t n = counted ? ++control->seen : 0;
    int error = 0;
    if (mode == FULL && operation == WRITE) error = ENOSPC;
    if ((mode == WRITE_AT || mode == SYNC_AT) && n == control->at) error = EIO;
    if (mode == ANY_AT && n == control->at) error = operation == WRITE && n % 2 ? ENOSPC : EIO;
    if (mode == ALL_FROM && n >= control->at) error = EIO;
    if (error) control->failed++;
    return error;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = syscall(SYS_write, journal, at, length);
        if (written <= 0) abort(); /* a journal with holes would accuse the server */
        at += written;
        length -= (size_t)written;
    }
}

static void record(enum operation operation, const char *path, uint64_t offset, const void *data, size_t length) {
    if (journal < 0) return;
    struct header head = {operation, (uint32_t)strlen(path), offset, (uint32_t)length, 0};
    put(&head, sizeof head);
    put(path, head.path);
    put(data, length);
}

/* Runs the system call between the question whether it fails and the record, one at a time. */
#define GUARDED(operation, path, call, offset, data)                                        \
    do {                                                                                    \
        pthread_mutex_lock(&lock);                                                          \
        int error = refused(operation, path);                                               \
        long result = error ? -1 : (call);                                                  \
        if (error) errno = error;                                                           \
        int kept = errno;                                                                   \
        if (result >= 0) record(operation, path, offset, data, operation == WRITE ? (size_t)result : 0); \
        pthread_mutex_unlock(&lock);                                                        \
        errno = kept;                                                                       \
        return result;                                                                      \
    } while (0)

ssize_t write(int fd, const void *data, size_t length) {
    const char *path = ours(fd);
    if (!path) return syscall(SYS_write, fd, data, length);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    GUARDED(WRITE, path, syscall(SYS_write, fd, data, length), (uint64_t)offset, data);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    const char *path = ours(fd);
    if (!path) return syscall(SYS_pwrite64, fd, data, length, offset);
    GUARDED(WRITE, path, syscall(SYS_pwrite64, fd, data, length, offset), (uint64_t)offset, data);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return pwrite64(fd, data, length, offset);
}

int fsync(int fd) {
    const char *path = ours(fd);
    if (!path) return (int)syscall(SYS_fsync, fd);
    GUARDED(SYNC, path, syscall(SYS_fsync, fd), 0, "");
}

int fdatasync(int fd) {
    const char *path = ours(fd);
    if (!path) return (int)syscall(SYS_fdatasync, fd);
    GUARDED(SYNC, path, syscall(SYS_fdatasync, fd), 0, "");
}

int ftruncate64(int fd, off64_t length) {
    const char *path = ours(fd);
    if (!path) return (int)syscall(SYS_ftruncate, fd, length);
    GUARDED(TRUNCATE, path, syscall(SYS_ftruncate, fd, length), (uint64_t)length, "");
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
    if (!control || !is_data(path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    GUARDED(UNLINK, path, syscall(SYS_unlinkat, AT_FDCWD, path, 0), 0, "");
}

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) known[fd] = 0;
    return (int)syscall(SYS_close, fd);
}
