/* What the machine allows: the same bytes moved without looking at them, by `pread` or out of a map. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* Spans of a file, and where each one goes. */
struct job {
    int fd;          /* the file, or -1: copy out of `map` */
    const char *map; /* the same file, mapped */
    char *out;
    const int64_t *off, *len, *to;
    int64_t n;
    int err;
};

static void *work(void *arg)
{
    struct job *j = arg;
    for (int64_t i = 0; i < j->n; i++) {
        char *out = j->out + j->to[i];
        if (j->fd < 0) {
            memcpy(out, j->map + j->off[i], (size_t)j->len[i]);
            continue;
        }
        for (int64_t done = 0; done < j->len[i];) {
            ssize_t got = pread(j->fd, out + done, (size_t)(j->len[i] - done), j->off[i] + done);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0) {
                j->err = got < 0 ? errno : EIO;
                return NULL;
            }
            done += got;
        }
    }
    return NULL;
}

/* Moves `n` spans with one or two threads, each taking a half in order; `apart` is how far the second
   thread's destination lies from the first's. Returns 0 or an errno. */
int move_spans(int threads, int fd, const char *map, char *out, const int64_t *off, const int64_t *len,
               const int64_t *to, int64_t n, int64_t apart)
{
    int64_t first = threads > 1 ? n / 2 : n;
    struct job a = {fd, map, out, off, len, to, first, 0};
    struct job b = {fd, map, out + apart, off + first, len + first, to + first, n - first, 0};
    pthread_t other;
    if (threads > 1) {
        int err = pthread_create(&other, NULL, work, &b);
        if (err)
            return err;
    }
    work(&a);
    if (threads > 1)
        pthread_join(other, NULL);
    return a.err ? a.err : b.err;
}
