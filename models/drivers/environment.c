#include "models/drivers/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

extern char **environ;

/* Exact names; beginnings where there is a '*'. */
static const char *const usual[] = {
    /* the session and its folders */
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "TMPDIR",
    "HOSTNAME", "XDG_*", "NO_COLOR",
    /* libraries and interpreters */
    "LD_*", "PYTHON*", "VIRTUAL_ENV", "CONDA_*", "MAMBA_*", "MODULEPATH", "LOADEDMODULES",
    "JAVA_HOME", "FONTCONFIG_*", "GNUPLOT_*", "GDFONTPATH", "ASAN_*", "UBSAN_*", "TSAN_*", "LSAN_*",
    /* threads and accelerators */
    "OMP_*", "MKL_*", "OPENBLAS_*", "KMP_*", "NUMBA_*", "CUDA_*", "CUDNN_*", "NVIDIA_*", "NCCL_*",
    "HIP_*", "ROCR_*", "HSA_*", "TORCH*", "PYTORCH_*", "TRITON_*", "TF_*", "XLA_*", "JAX_*",
    /* where weights are cached */
    "HF_*", "HUGGINGFACE_*", "TRANSFORMERS_*", "AUDIOCRAFT_*", "MPLCONFIGDIR",
    /* the network and the cluster */
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SLURM_*",
    "ATTUNE_*",
};

/* No matter how they begin: HF_TOKEN, SLURM_JWT, CONDA_..._PASSWORD. */
static const char *const secret[] = {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "JWT",
                                     "CREDENTIALS"};

static bool is_secret(const char *name, size_t n_bytes)
{
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        const size_t n = strlen(secret[i]);
        if (n_bytes >= n && memcmp(name + n_bytes - n, secret[i], n) == 0) {
            return true;
        }
    }
    return false;
}

bool attune_environment_usual(const char *name, size_t n_bytes)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const size_t n = strcspn(usual[i], "*");
        const bool beginning = usual[i][n] == '*';
        if ((beginning ? n_bytes >= n : n_bytes == n) && memcmp(name, usual[i], n) == 0) {
            return !beginning || !is_secret(name, n_bytes);
        }
    }
    return false;
}

static bool is_named(const char *const *names, const char *name, size_t n_bytes)
{
    for (; names && *names; names++) {
        if (strlen(*names) == n_bytes && memcmp(*names, name, n_bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether one of the entries sets that variable. */
static bool is_set(const char *const *entries, const char *name, size_t n_bytes)
{
    for (; *entries; entries++) {
        if (strcspn(*entries, "=") == n_bytes && memcmp(*entries, name, n_bytes) == 0) {
            return true;
        }
    }
    return false;
}

char **attune_environment_new(const char *const *pass, const char *const *added)
{
    size_t n_own = 0, n_added = 0, n = 0;
    while (environ && environ[n_own]) {
        n_own++;
    }
    while (added[n_added]) {
        n_added++;
    }
    char **list = attune_alloc(n_own + n_added + 1, sizeof *list);
    if (!list) {
        return NULL;
    }
    for (size_t i = 0; i < n_added; i++) {
        list[n++] = (char *)added[i];
    }
    for (size_t i = 0; i < n_own; i++) {
        const size_t length = strcspn(environ[i], "=");
        if ((attune_environment_usual(environ[i], length) || is_named(pass, environ[i], length)) &&
            !is_set(added, environ[i], length)) {
            list[n++] = environ[i];
        }
    }
    return list;
}

void attune_environment_free(char **environment)
{
    attune_release(environment);
}

/* Field i of a comma-separated list, counted round and round. */
static bool deal(const char *list, unsigned i, char *field, size_t size)
{
    unsigned n_fields = 1;
    for (const char *c = list; *c; c++) {
        n_fields += *c == ',';
    }
    for (i %= n_fields; i > 0; i--) {
        list += strcspn(list, ",") + 1;
    }
    const int n = snprintf(field, size, "%.*s", (int)strcspn(list, ","), list);
    return n > 0 && (size_t)n < size;
}

bool attune_environment_gpu(const char *const *gpus, unsigned i, unsigned n, char *gpu, size_t size)
{
    if (gpus && gpus[0]) {
        unsigned n_gpus = 0;
        while (gpus[n_gpus]) {
            n_gpus++;
        }
        const int length = snprintf(gpu, size, "%s", gpus[i % n_gpus]);
        return length > 0 && (size_t)length < size;
    }
    const char *own = getenv(ATTUNE_GPU_VARIABLE);
    return own && n > 1 && deal(own, i, gpu, size);
}
