/** @file
 * libattune: measures music from C, or from any language that can call C.
 *
 * A session holds buffers, plans and the last results; it serves one thread at a time, and any
 * number of sessions may run side by side. Every call returns a status; attune_session_error()
 * says in words what went wrong and what to do. Results live in the session until its next call
 * that measures. Nothing is printed, no environment variable but ATTUNE_SOUNDFONT is read, and no
 * call ends the process.
 *
 *     struct attune_session *session = attune_session_new();
 *     if (attune_session_file(session, "take1.wav") != ATTUNE_STATUS_OK) {
 *         fprintf(stderr, "%s\n", attune_session_error(session));
 *     }
 *     size_t n;
 *     const struct attune_result *results = attune_session_results(session, &n);
 *     ...
 *     attune_session_free(session);
 *
 * Compile with `pkg-config --cflags --libs attune`, or in CMake with find_package(attune) and
 * attune::attune. What each metric measures: `attune describe ID`, or attune_metric_about().
 */
#ifndef ATTUNE_H
#define ATTUNE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the shared library exports. */
#define ATTUNE_API __attribute__((visibility("default")))

/** What a call came to. */
enum attune_status {
    ATTUNE_STATUS_OK = 0,
    ATTUNE_STATUS_USAGE = 1,    /**< an argument that does not exist or is out of range */
    ATTUNE_STATUS_INPUT = 2,    /**< a file, buffer or text is malformed */
    ATTUNE_STATUS_IO = 3,       /**< the operating system refused */
    ATTUNE_STATUS_MEMORY = 5,   /**< out of memory; the session stays usable */
    ATTUNE_STATUS_MISSING = 8,  /**< no sound font */
    ATTUNE_STATUS_INTERNAL = 11 /**< a bug in attune */
};

/** The version, such as "0.1.0". */
ATTUNE_API const char *attune_library_version(void);

/** What a metric is. Texts are static. */
struct attune_metric_text {
    const char *id;        /**< "harmonic.key_clarity" */
    int version;           /**< grows with any change that can move a value */
    const char *title;     /**< "Key clarity" */
    const char *unit;      /**< "1" for pure numbers */
    const char *direction; /**< "up", "down", "none", or "target" */
    double target;         /**< best value where direction is "target" */
    double lo;             /**< lowest value; -infinity where open */
    double hi;             /**< highest value; infinity where open */
    int audio;             /**< applies to audio; 0 for metrics of sets */
    int symbolic;          /**< applies to MIDI; 0 for metrics of sets */
    const char *summary;   /**< one sentence */
    const char *formula;   /**< plain text, constants included */
    const char *source;    /**< citation */
    const char *undefined_when; /**< conditions in words */
};

/** How many metrics there are: those of samples, then those of sets. */
ATTUNE_API size_t attune_metric_count(void);

/** Fills text for the metric at index 0 .. attune_metric_count() - 1; USAGE beyond. */
ATTUNE_API enum attune_status attune_metric_about(size_t index, struct attune_metric_text *text);

/** One value, or the reason why there is none. */
struct attune_result {
    const char *name;     /**< metric id, or a legacy name such as "compat.muspy.polyphony" */
    const double *values; /**< (n,); NULL where undefined */
    size_t n;             /**< 1, or the length of a vector; 0 where undefined */
    double ci_low;        /**< lower end of the interval; NaN where there is none */
    double ci_high;       /**< upper end */
    const char *why;      /**< why undefined; NULL where defined */
};

/** Buffers, settings and the last results; opaque. */
struct attune_session;

/** A new session. NULL when out of memory. */
ATTUNE_API struct attune_session *attune_session_new(void);

/** Gives a session back; NULL-safe. */
ATTUNE_API void attune_session_free(struct attune_session *session);

/** The last failure in words, with a hint where there is one; "" after success. */
ATTUNE_API const char *attune_session_error(const struct attune_session *session);

/** Which metrics later calls compute: comma-separated patterns such as "harmonic.*,quality.*", NULL
 * for all; with compat also the values of legacy tools (compat.*). Patterns that begin with "set."
 * choose among the metrics of sets (without one: all) and prepare samples for their embedding.
 * USAGE, with the nearest id, where a pattern matches nothing; the choice then stays as it was. */
ATTUNE_API enum attune_status attune_session_choose(struct attune_session *session,
                                                    const char *metrics, int compat);

/** The prompt that later samples are held against (adherence.*). attributes: a JSON object
 * ({"key": "A minor", "tempo_bpm": 90, ...}) or NULL; what it does not give is read from the text.
 * text NULL: no prompt. */
ATTUNE_API enum attune_status attune_session_prompt(struct attune_session *session,
                                                    const char *text, const char *attributes);

/** Later MIDI is rendered through this sound font and measured as audio; "": the system's, NULL:
 * measured as notes again. MISSING: no sound font, or built without FluidSynth. */
ATTUNE_API enum attune_status attune_session_soundfont(struct attune_session *session,
                                                       const char *path);

/** Measures a file, recognised by content. INPUT: neither audio nor MIDI, or damaged. */
ATTUNE_API enum attune_status attune_session_file(struct attune_session *session,
                                                  const char *path);

/** Measures interleaved samples (n_frames, n_channels), full scale = 1; 1 to 64 channels, 1 to
 * 768,000 Hz. NaN and infinite samples count as 0. */
ATTUNE_API enum attune_status attune_session_audio(struct attune_session *session,
                                                   const float *samples, uint64_t n_frames,
                                                   uint32_t n_channels, uint32_t rate_hz);

/** Measures the image of a MIDI file. */
ATTUNE_API enum attune_status attune_session_midi(struct attune_session *session,
                                                  const void *bytes, size_t n_bytes);

/** What the last measuring call found, in the order of attune_metric_about(), then compat.*.
 * Metrics that do not apply to the sample's kind are left out. */
ATTUNE_API const struct attune_result *attune_session_results(const struct attune_session *session,
                                                              size_t *n);

/** "audio" or "symbolic" of the last sample; "" before one. */
ATTUNE_API const char *attune_session_modality(const struct attune_session *session);

/** Seconds of the last sample; 0 before one. */
ATTUNE_API double attune_session_duration(const struct attune_session *session);

/** The built-in embedding attune-1 of the last sample: *embedding (d,) lives in the session as long
 * as its results. USAGE: no sample yet, or audio measured for patterns without one that begins with
 * "set.". INPUT: the sample has none, being silent for instance. */
ATTUNE_API enum attune_status attune_session_embedding(struct attune_session *session,
                                                       const float **embedding, size_t *d);

/** Compares two sets of embeddings, row-major (n, d); reference may be NULL with n_reference 0 for
 * the metrics of the candidate alone. Rows with NaN or infinities are left out.
 * n_replicates: of the bootstrap behind the intervals, 0 for none. The same seed gives the same
 * bits. */
ATTUNE_API enum attune_status attune_session_distance(struct attune_session *session,
                                                      const float *reference, size_t n_reference,
                                                      const float *candidate, size_t n_candidate,
                                                      size_t d, size_t n_replicates, uint64_t seed);

/** What a reviewer would ask about the last two sets (fewer rows than columns, repeated rows, ...),
 * a line each; "" where there is nothing. */
ATTUNE_API const char *attune_session_warnings(const struct attune_session *session);

/** The outcome of one comparison. */
enum attune_verdict {
    ATTUNE_VERDICT_A = 0,       /**< a is better */
    ATTUNE_VERDICT_B = 1,       /**< b is better */
    ATTUNE_VERDICT_TIE = 2,     /**< both alike */
    ATTUNE_VERDICT_BOTH_BAD = 3 /**< neither will do */
};

/** The rating of one model. */
struct attune_rating {
    const char *model; /**< its name; lives in the session */
    double rating;     /**< Elo scale, centre 1000 */
    double ci_low;     /**< lower end of the 95 % interval; NaN where there is none */
    double ci_high;    /**< upper end */
    double n;          /**< comparisons it took part in */
    size_t rank;       /**< 1 is best */
    size_t rank_low;   /**< best rank that the interval allows */
    size_t rank_high;  /**< worst rank that the interval allows */
};

/** Bradley-Terry ratings of n comparisons model_a[i] against model_b[i], best first: ridge .5
 * ||theta||^2, ties as two half wins, both-bad left out. *ratings (n_models,) live in the session.
 * INPUT: fewer than two models, or a model compared with itself. */
ATTUNE_API enum attune_status attune_session_rank(struct attune_session *session,
                                                  const char *const *model_a,
                                                  const char *const *model_b,
                                                  const enum attune_verdict *verdict, size_t n,
                                                  size_t n_replicates, uint64_t seed,
                                                  const struct attune_rating **ratings,
                                                  size_t *n_models);

#ifdef __cplusplus
}
#endif

#endif
