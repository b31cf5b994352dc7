/* Provenance from the build, the machine and the libraries. */
#include "harness/run/provenance.h"

#include <cblas.h>
#include <ebur128.h>
#include <jansson.h>
#include <sndfile.h>
#include <soxr.h>
#include <sqlite3.h>
#include <unistd.h>
#include <xxhash.h>

#ifdef ATTUNE_HAVE_FLUIDSYNTH
#include <fluidsynth.h>
#endif

#include "attune_version.h"
#include "base/err.h"
#include "base/fft.h"


static void cpu_model(char *out, size_t size)
{
    snprintf(out, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon) {
            snprintf(out, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (f) {
        fclose(f);
    }
}

static void add_library(struct attune_buf *out, const char *name, const char *version)
{
    attune_buf_addf(out, "%s\"%s\": ", out->n_bytes > 1 ? ", " : "", name);
    attune_buf_add_json(out, version ? version : "unknown");
}

static void list_libraries(struct attune_buf *out)
{
    char text[64];
    int major = 0, minor = 0, patch = 0;
    attune_buf_add(out, "{");
    ebur128_get_version(&major, &minor, &patch);
    snprintf(text, sizeof text, "%d.%d.%d", major, minor, patch);
    add_library(out, "libebur128", text);
    add_library(out, "fft", attune_fft_backend());
#ifdef ATTUNE_HAVE_FLUIDSYNTH
    add_library(out, "fluidsynth", fluid_version_str());
#endif
    add_library(out, "jansson", jansson_version_str());
    add_library(out, "openblas", openblas_get_config());
    add_library(out, "libsndfile", sf_version_string());
    add_library(out, "libsoxr", soxr_version());
    add_library(out, "sqlite", sqlite3_libversion());
    snprintf(text, sizeof text, "%u", XXH_versionNumber());
    add_library(out, "xxhash", text);
    attune_buf_add(out, "}");
}

void attune_provenance_init(struct attune_provenance *p)
{
    *p = (struct attune_provenance){
        .version = ATTUNE_VERSION, .commit = ATTUNE_COMMIT, .compiler = ATTUNE_COMPILER,
        .cflags = ATTUNE_CFLAGS, .fft = attune_fft_backend(),
    };
    cpu_model(p->cpu, sizeof p->cpu);
    if (gethostname(p->host, sizeof p->host) != 0) {
        snprintf(p->host, sizeof p->host, "unknown");
    }
    p->host[sizeof p->host - 1] = '\0';
    list_libraries(&p->libraries);
}

void attune_provenance_release(struct attune_provenance *p)
{
    attune_buf_release(&p->libraries);
}
