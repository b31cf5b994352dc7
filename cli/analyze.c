/* Printing of analyses: see analyze.h. Seconds carry four decimals, a tenth of a millisecond. */
#include "cli/analyze.h"

#include "attune_version.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/levels.h"
#include "metrics/analysis/novelty.h"

#define MOMENTARY_HOP_S 0.1
#define MOMENTARY_WINDOW_S 0.4

static void add_times(struct attune_buf *out, const char *name, const double *times, size_t n)
{
    attune_buf_addf(out, ", \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(out, "%s%.4f", i ? ", " : "", times[i]);
    }
    attune_buf_add(out, "]");
}

static void add_key(struct attune_buf *out, const struct attune_key *key)
{
    if (key->why) {
        attune_buf_add(out, ", \"key\": null");
        return;
    }
    attune_buf_addf(out, ", \"key\": {\"tonic\": \"%s\", \"mode\": \"%s\", \"clarity\": %.4f}",
                    attune_pitch_class_name(key->tonic),
                    key->mode == ATTUNE_MAJOR ? "major" : "minor", key->clarity);
}

static void add_chords(struct attune_buf *out, const struct attune_chords *chords)
{
    attune_buf_add(out, ", \"chords\": [");
    for (size_t i = 0; !chords->why && i < chords->n_spans; i++) {
        char label[ATTUNE_CHORD_LABEL_SIZE];
        const struct attune_chord_span *span = chords->spans + i;
        attune_buf_addf(out, "%s{\"start_s\": %.4f, \"end_s\": %.4f, \"label\": \"%s\"}",
                        i ? ", " : "", span->start_s, span->end_s,
                        attune_chord_label(span->chord, label));
    }
    attune_buf_add(out, "]");
}

static void add_sections(struct attune_buf *out, const struct attune_novelty *novelty)
{
    attune_buf_add(out, ", \"sections\": [");
    for (size_t i = 0; !novelty->why && i < novelty->n_sections; i++) {
        const struct attune_section *section = novelty->sections + i;
        attune_buf_addf(out, "%s{\"start_s\": %.4f, \"end_s\": %.4f, \"label\": \"%c\"}",
                        i ? ", " : "", section->start_s, section->end_s, section->label);
    }
    attune_buf_add(out, "]");
}

static void add_loudness(struct attune_buf *out, const struct attune_levels *levels)
{
    if (!levels || levels->why || !levels->momentary_lufs) {
        attune_buf_add(out, ", \"loudness\": null");
        return;
    }
    attune_buf_addf(out, ", \"loudness\": {\"hop_s\": %g, \"window_s\": %g, \"momentary_lufs\": [",
                    MOMENTARY_HOP_S, MOMENTARY_WINDOW_S);
    for (size_t i = 0; i < levels->n_momentary; i++) {
        attune_buf_addf(out, "%s%.2f", i ? ", " : "", (double)levels->momentary_lufs[i]);
    }
    attune_buf_add(out, "]}");
}

static void add_reason(struct attune_buf *out, const char *name, const char *why, int *n)
{
    if (why) {
        attune_buf_addf(out, "%s\"%s\": ", (*n)++ ? ", " : "", name);
        attune_buf_add_json(out, why);
    }
}

void attune_analyze_json(struct attune_buf *out, struct attune_analysis *analysis,
                         const char *path)
{
    const int audio = attune_analysis_modality(analysis) == ATTUNE_AUDIO;
    const struct attune_beats *beats = attune_analysis_beats(analysis);
    const struct attune_key *key = attune_analysis_key(analysis);
    const struct attune_chords *chords = attune_analysis_chords(analysis);
    const struct attune_novelty *novelty = attune_analysis_novelty(analysis);
    attune_buf_add(out, "{\"path\": ");
    attune_buf_add_json(out, path);
    attune_buf_addf(out, ", \"status\": \"ok\", \"modality\": \"%s\", \"duration_s\": ",
                    audio ? "audio" : "symbolic");
    attune_buf_add_double(out, attune_analysis_duration_s(analysis));
    attune_buf_add(out, ", \"tempo_bpm\": ");
    if (beats->why) {
        attune_buf_add(out, "null");
    } else {
        attune_buf_add_double(out, beats->tempo_bpm);
    }
    add_times(out, "beats_s", beats->beat_s, beats->why ? 0 : beats->n_beats);
    add_times(out, "downbeats_s", beats->downbeat_s, beats->why ? 0 : beats->n_downbeats);
    add_key(out, key);
    add_chords(out, chords);
    add_sections(out, novelty);
    add_loudness(out, audio ? attune_analysis_levels(analysis) : NULL);
    int n = 0;
    attune_buf_add(out, ", \"undefined\": {");
    add_reason(out, "beats", beats->why, &n);
    add_reason(out, "key", key->why, &n);
    add_reason(out, "chords", chords->why, &n);
    add_reason(out, "sections", novelty->why, &n);
    add_reason(out, "loudness", audio ? NULL : "symbolic input", &n);
    attune_buf_add(out, "}}\n");
}

/* An annotation up to its data; the caller adds observations and closes with "]}". */
static void begin_annotation(struct attune_buf *out, const char *name, double duration_s, int *n)
{
    attune_buf_addf(out,
                    "%s{\"namespace\": \"%s\", \"time\": 0, \"duration\": %.4f, \"sandbox\": {}, "
                    "\"annotation_metadata\": {\"curator\": {\"name\": \"\", \"email\": \"\"}, "
                    "\"annotator\": {}, \"version\": \"%s\", \"corpus\": \"\", "
                    "\"annotation_tools\": \"attune\", \"annotation_rules\": \"\", "
                    "\"validation\": \"\", \"data_source\": \"program\"}, \"data\": [",
                    (*n)++ ? ", " : "", name, duration_s, ATTUNE_VERSION);
}

/* value: JSON text. confidence below 0: null. */
static void observation(struct attune_buf *out, size_t i, double time, double duration,
                        const char *value, double confidence)
{
    attune_buf_addf(out,
                    "%s{\"time\": %.4f, \"duration\": %.4f, \"value\": %s, \"confidence\": ",
                    i ? ", " : "", time, duration, value);
    if (confidence >= 0.0) {
        attune_buf_addf(out, "%.4f}", confidence);
    } else {
        attune_buf_add(out, "null}");
    }
}

/* Beats are numbered within their bar; null before the first downbeat. */
static void jams_beats(struct attune_buf *out, const struct attune_beats *beats, double duration_s,
                       int *n)
{
    char value[32];
    begin_annotation(out, "tempo", duration_s, n);
    snprintf(value, sizeof value, "%.4f", beats->tempo_bpm);
    observation(out, 0, 0.0, duration_s, value, 1.0);
    attune_buf_add(out, "]}");
    begin_annotation(out, "beat", duration_s, n);
    size_t bar = 0, position = 0;
    for (size_t i = 0; i < beats->n_beats; i++) {
        if (bar < beats->n_downbeats && beats->downbeat_s[bar] <= beats->beat_s[i]) {
            bar++;
            position = 1;
        } else {
            position += position > 0;
        }
        snprintf(value, sizeof value, "%zu", position);
        observation(out, i, beats->beat_s[i], 0.0, position ? value : "null", -1.0);
    }
    attune_buf_add(out, "]}");
}

static void jams_harmony(struct attune_buf *out, const struct attune_key *key,
                         const struct attune_chords *chords, double duration_s, int *n)
{
    char value[32], label[ATTUNE_CHORD_LABEL_SIZE];
    if (!key->why) {
        begin_annotation(out, "key_mode", duration_s, n);
        snprintf(value, sizeof value, "\"%s:%s\"", attune_pitch_class_name(key->tonic),
                 key->mode == ATTUNE_MAJOR ? "major" : "minor");
        observation(out, 0, 0.0, duration_s, value, key->clarity > 0.0 ? key->clarity : 0.0);
        attune_buf_add(out, "]}");
    }
    if (!chords->why) {
        begin_annotation(out, "chord_harte", duration_s, n);
        for (size_t i = 0; i < chords->n_spans; i++) {
            const struct attune_chord_span *span = chords->spans + i;
            snprintf(value, sizeof value, "\"%s\"", attune_chord_label(span->chord, label));
            observation(out, i, span->start_s, span->end_s - span->start_s, value, -1.0);
        }
        attune_buf_add(out, "]}");
    }
}

static void jams_sections(struct attune_buf *out, const struct attune_novelty *novelty,
                          double duration_s, int *n)
{
    begin_annotation(out, "segment_open", duration_s, n);
    for (size_t i = 0; i < novelty->n_sections; i++) {
        const struct attune_section *section = novelty->sections + i;
        const char value[] = {'"', section->label, '"', '\0'};
        observation(out, i, section->start_s, section->end_s - section->start_s, value, -1.0);
    }
    attune_buf_add(out, "]}");
}

void attune_analyze_jams(struct attune_buf *out, struct attune_analysis *analysis,
                         const char *path)
{
    const double duration_s = attune_analysis_duration_s(analysis);
    const struct attune_beats *beats = attune_analysis_beats(analysis);
    const struct attune_novelty *novelty = attune_analysis_novelty(analysis);
    attune_buf_addf(out,
                    "{\"file_metadata\": {\"title\": \"\", \"artist\": \"\", \"release\": \"\", "
                    "\"duration\": %.4f, \"identifiers\": {}, \"jams_version\": \"0.3.4\"}, "
                    "\"sandbox\": {\"path\": ",
                    duration_s);
    attune_buf_add_json(out, path);
    attune_buf_add(out, "}, \"annotations\": [");
    int n = 0;
    if (!beats->why) {
        jams_beats(out, beats, duration_s, &n);
    }
    jams_harmony(out, attune_analysis_key(analysis), attune_analysis_chords(analysis), duration_s,
                 &n);
    if (!novelty->why) {
        jams_sections(out, novelty, duration_s, &n);
    }
    attune_buf_add(out, "]}\n");
}
