/* Audio through libsndfile.
 *
 * Files are opened by descriptor and images by callbacks, so that libsndfile never sees a name and
 * has to decide by content.
 */
#include "base/io/audio.h"

#include <sndfile.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"

enum { MAX_RATE = 768000, MAX_CHANNELS = 64, WRITE_BLOCK = 4096 };

/* No codec packs more: a constant FLAC block of 65535 samples takes 10 bytes or more. A header that
 * claims more lies, and counts as one that does not say. */
enum { MAX_FRAMES_PER_BYTE = 8192 };

/* Sets NaN and infinite samples to 0; returns how many. The count loop has no branch and
 * vectorises. */
static size_t replace_bad(float *v, size_t n)
{
    enum { EXPONENT = 0x7f800000 };
    size_t n_bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], sizeof bits);
        n_bad += (bits & EXPONENT) == EXPONENT;
    }
    for (size_t i = 0; n_bad && i < n; i++) {
        v[i] = __builtin_isfinite(v[i]) ? v[i] : 0.0f;
    }
    return n_bad;
}

static size_t read_sndfile(struct attune_audio_source *source, float *interleaved, size_t n_frames)
{
    const sf_count_t wanted = n_frames > INT32_MAX ? INT32_MAX : (sf_count_t)n_frames;
    sf_count_t got = sf_readf_float(source->impl, interleaved, wanted);
    got = got < 0 ? 0 : got;
    source->n_bad += replace_bad(interleaved, (size_t)got * source->n_channels);
    source->position += (uint64_t)got;
    if (got < wanted && source->position < source->n_frames) {
        source->truncated = true;
    }
    return (size_t)got;
}

static size_t read_memory(struct attune_audio_source *source, float *interleaved, size_t n_frames)
{
    const uint64_t left = source->n_frames - source->position;
    const size_t n = n_frames < left ? n_frames : (size_t)left;
    const size_t n_values = n * source->n_channels;
    if (n > 0) {
        memcpy(interleaved, source->memory + source->position * source->n_channels,
               n_values * sizeof *interleaved);
    }
    source->n_bad += replace_bad(interleaved, n_values);
    source->position += n;
    return n;
}

void attune_audio_from_memory(struct attune_audio_source *source, const float *interleaved,
                              uint64_t n_frames, uint32_t n_channels, uint32_t rate_hz)
{
    *source = (struct attune_audio_source){
        .rate_hz = rate_hz, .n_channels = n_channels, .n_frames = n_frames,
        .read = read_memory, .memory = interleaved,
    };
}

/* Whether a RIFF file is shorter than its size field. 0 and values near 2^32 and 2^31 are what
 * programs write that stream and cannot go back. head: the first 12 bytes. */
static bool riff_cut_short(const uint8_t head[12], uint64_t n_bytes)
{
    if (n_bytes < 12 || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0) {
        return false;
    }
    const uint32_t size =
        (uint32_t)head[7] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[5] << 8 | head[4];
    return size < 0x7ffff000u && (uint64_t)size + 8 > n_bytes;
}

/* Takes over an open handle, or fails when there is none or its header is out of bounds. */
static enum attune_code adopt(struct attune_audio_source *source, SNDFILE *handle,
                              const SF_INFO *info, const uint8_t head[12], uint64_t n_bytes,
                              struct attune_err *err)
{
    if (!handle) {
        attune_fail(err, ATTUNE_E_INPUT, "not audio, or a damaged header");
        attune_err_hint(err, "WAV, FLAC, OGG, MP3 and AIFF are read, whatever the file is called");
        return ATTUNE_E_INPUT;
    }
    if (info->samplerate < 1 || info->samplerate > MAX_RATE || info->channels < 1 ||
        info->channels > MAX_CHANNELS) {
        sf_close(handle);
        return attune_fail(err, ATTUNE_E_INPUT,
                           "audio header claims %d Hz and %d channels: allowed are 1 .. %d Hz and "
                           "1 .. %d channels",
                           info->samplerate, info->channels, MAX_RATE, MAX_CHANNELS);
    }
    const bool believable =
        info->frames > 0 && (uint64_t)info->frames / MAX_FRAMES_PER_BYTE <= n_bytes;
    source->rate_hz = (uint32_t)info->samplerate;
    source->n_channels = (uint32_t)info->channels;
    source->n_frames = believable ? (uint64_t)info->frames : 0;
    source->truncated = riff_cut_short(head, n_bytes);
    source->read = read_sndfile;
    source->impl = handle;
    return ATTUNE_OK;
}

enum attune_code attune_audio_open(struct attune_audio_source *source, const char *path,
                                   struct attune_err *err)
{
    int fd;
    uint64_t n_bytes;
    uint8_t head[12] = {0};
    *source = (struct attune_audio_source){0};
    enum attune_code code = attune_file_open(&fd, &n_bytes, path, err);
    if (code) {
        return code;
    }
    if (attune_file_read_block(fd, head, sizeof head) < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot read");
    }
    SF_INFO info = {0};
    SNDFILE *handle = sf_open_fd(fd, SFM_READ, &info, 1); /* closes fd also where it fails */
    struct attune_err inner = ATTUNE_ERR_INIT;
    code = adopt(source, handle, &info, head, n_bytes, &inner);
    if (code) {
        attune_fail_at(err, code, path, 0, "%s", inner.message);
        attune_err_hint(err, "%s", inner.hint);
    }
    return code;
}

/* libsndfile's virtual I/O over an image in memory. */
struct image {
    const uint8_t *bytes;
    sf_count_t n_bytes, at;
};

static sf_count_t image_size(void *user)
{
    return ((struct image *)user)->n_bytes;
}

static sf_count_t image_seek(sf_count_t offset, int whence, void *user)
{
    struct image *image = user;
    const sf_count_t from = whence == SEEK_CUR   ? image->at
                            : whence == SEEK_END ? image->n_bytes
                                                 : 0;
    sf_count_t to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) {
        return -1;
    }
    return image->at = to;
}

static sf_count_t image_read(void *out, sf_count_t n, void *user)
{
    struct image *image = user;
    const sf_count_t left = image->at < image->n_bytes ? image->n_bytes - image->at : 0;
    n = n < 0 ? 0 : n < left ? n : left;
    memcpy(out, image->bytes + (n ? image->at : 0), (size_t)n);
    image->at += n;
    return n;
}

static sf_count_t image_write(const void *bytes, sf_count_t n, void *user)
{
    return 0;
}

static sf_count_t image_tell(void *user)
{
    return ((struct image *)user)->at;
}

enum attune_code attune_audio_open_bytes(struct attune_audio_source *source, const void *bytes,
                                         size_t n_bytes, struct attune_err *err)
{
    *source = (struct attune_audio_source){0};
    struct image *image = attune_alloc(1, sizeof *image);
    if (!image) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audio source");
    }
    static const uint8_t nothing[1];
    *image = (struct image){.bytes = n_bytes ? bytes : nothing, .n_bytes = (sf_count_t)n_bytes};
    SF_VIRTUAL_IO io = {image_size, image_seek, image_read, image_write, image_tell};
    SF_INFO info = {0};
    uint8_t head[12] = {0};
    memcpy(head, image->bytes, n_bytes < sizeof head ? n_bytes : sizeof head);
    SNDFILE *handle = n_bytes ? sf_open_virtual(&io, SFM_READ, &info, image) : NULL;
    enum attune_code code = adopt(source, handle, &info, head, n_bytes, err);
    if (code) {
        attune_release(image);
    } else {
        source->bytes = image;
    }
    return code;
}

void attune_audio_close(struct attune_audio_source *source)
{
    if (source->impl) {
        sf_close(source->impl);
    }
    attune_release(source->bytes);
    *source = (struct attune_audio_source){0};
}

bool attune_audio_sniff(const char *path)
{
    struct attune_audio_source source;
    const bool is_audio = attune_audio_open(&source, path, NULL) == ATTUNE_OK;
    attune_audio_close(&source);
    return is_audio;
}

static const int formats[] = {
    [ATTUNE_WAV_PCM16] = SF_FORMAT_WAV | SF_FORMAT_PCM_16,
    [ATTUNE_WAV_FLOAT] = SF_FORMAT_WAV | SF_FORMAT_FLOAT,
    [ATTUNE_FLAC] = SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
    [ATTUNE_OGG] = SF_FORMAT_OGG | SF_FORMAT_VORBIS,
    [ATTUNE_MP3] = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
};

/* All samples, through a scratch block in which bad ones are replaced. libsndfile takes whole
 * frames. */
static bool write_blocks(SNDFILE *handle, const float *v, uint64_t n, uint32_t n_channels)
{
    float block[WRITE_BLOCK];
    const size_t step = WRITE_BLOCK / n_channels * n_channels;
    for (uint64_t i = 0; i < n; i += step) {
        const size_t n_block = n - i < step ? (size_t)(n - i) : step;
        memcpy(block, v + i, n_block * sizeof *block);
        replace_bad(block, n_block);
        if (sf_write_float(handle, block, (sf_count_t)n_block) != (sf_count_t)n_block) {
            return false;
        }
    }
    return true;
}

enum attune_code attune_audio_write(const char *path, enum attune_audio_format format,
                                    const float *interleaved, uint64_t n_frames,
                                    uint32_t n_channels, uint32_t rate_hz, struct attune_err *err)
{
    SF_INFO info = {.samplerate = (int)rate_hz, .channels = (int)n_channels,
                    .format = formats[format]};
    uint64_t n_values;
    if (rate_hz < 1 || rate_hz > MAX_RATE || n_channels < 1 || n_channels > MAX_CHANNELS ||
        __builtin_mul_overflow(n_frames, (uint64_t)n_channels, &n_values) ||
        !sf_format_check(&info)) {
        return attune_fail_at(err, ATTUNE_E_USAGE, path, 0,
                              "the format takes no audio of %u Hz and %u channels", rate_hz,
                              n_channels);
    }
    struct attune_temp temp;
    enum attune_code code = attune_temp_open(&temp, path, err);
    if (code) {
        return code;
    }
    SNDFILE *handle = sf_open_fd(temp.fd, SFM_WRITE, &info, 0);
    if (!handle) {
        code = attune_fail_at(err, ATTUNE_E_USAGE, path, 0,
                              "the encoder refuses %u Hz and %u channels", rate_hz, n_channels);
        goto out;
    }
    sf_command(handle, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time of day */
    sf_command(handle, SFC_SET_CLIPPING, NULL, SF_TRUE);
    const bool written = write_blocks(handle, interleaved, n_values, n_channels);
    if (sf_close(handle) != 0 || !written) {
        code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot write the audio");
        goto out;
    }
    code = attune_temp_commit(&temp, err);
out:
    attune_temp_drop(&temp);
    return code;
}
