/* Healthy texts and tables of every kind that a reader takes; fuzz_damage injures them later. */
#include <stdio.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "harness/store/store.h"
#include "models/policy/checkpoint.h"
#include "tests/fuzz/seeds.h"

struct fuzz_file seed_npy(int number)
{
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }",
        "{'descr': '<f2', 'fortran_order': False, 'shape': (64,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (16, 1), }",
        "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 128), }",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    const char *header = headers[number % 4];
    attune_buf_add_bytes(&out, number % 8 < 4 ? "\x93NUMPY\x01" : "\x93NUMPY\x02", 7);
    attune_buf_add_bytes(&out, (const char[]){0, (char)strlen(header), 0, 0, 0},
                         number % 8 < 4 ? 3 : 5);
    attune_buf_add(&out, header);
    for (int i = 0; i < 128; i++) {
        attune_buf_add_bytes(&out, (const char[]){(char)(i * 37)}, 1);
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file seed_jsonl(int number)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    for (int i = 0; i <= number; i++) {
        attune_buf_addf(&out,
                        "{\"id\": \"p%d\", \"x\": [%d, 1e%d, true, null, \"\\u00e9\xc3\xa9\"]}%s",
                        i, i, i, i % 3 ? "\n" : "\r\n\n");
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file seed_attributes(int number)
{
    static const char *const texts[] = {
        "A calm waltz in F# minor at 90 BPM for piano and string ensemble, 16 bars.",
        "chords: A-, Bb, E:min, Am7, F#m7b5, N; key: Bb major, 6/8 time, Allegro",
        "C\xe2\x80\x93G\xe2\x80\x93" "Am\xe2\x80\x93" "F in the key of E-flat, tempo of 120.5",
        "D:sus4(b7)/5", "a sad twelve-bar blues without drums, in A minor key, 1/8 notes",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    for (int i = 0; i <= number / 5; i++) {
        attune_buf_add(&out, texts[(number + i) % 5]);
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file seed_suite(int number)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    attune_buf_addf(&out, "suite: study-%d\nprompts: [a waltz in A minor, \"90 BPM, 4/4\"]\n"
                          "seeds: [1, %d]\nmodels:\n"
                          "  - {name: base, builtin: policy, method: none}\n", number, number + 2);
    if (number % 2) {
        attune_buf_add(&out, "  - {name: best, builtin: best-of-n, method: inference, base: base, "
                             "n: 8}\n");
    }
    if (number % 3 == 0) {
        attune_buf_add(&out, "  - name: mine\n    method: dpo\n    base: base\n"
                             "    worker: [python3, w.py, --ckpt, a.pt]\n    timeout_s: 12\n");
    }
    if (number % 4 == 0) {
        attune_buf_add(&out, "  - {name: done, samples: \"r/{prompt}__s{seed}.wav\"}\n"
                             "scorers:\n  - {name: clap, worker: [clap], "
                             "higher_is_better: true}\n");
    }
    attune_buf_add(&out, "metrics: [\"harmonic.*\", \"temporal.*\"]\nrank_by: [harmony]\n"
                         "allow_failed: 0.05\n");
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file seed_prompts(int number)
{
    static const char *const texts[] = {
        "{\"id\": \"p1\", \"text\": \"A calm piano waltz in A minor at 90 BPM\", \"attributes\": "
        "{\"key\": \"A minor\", \"tempo_bpm\": 90, \"chords\": [\"Am\", \"F\"], \"bars\": 16}}\n"
        "{\"id\": \"p2\", \"text\": \"noise\"}\n",
        "{\"location\": \"a/b.mid\", \"caption\": \"A song\", \"key\": \"Bb major\", "
        "\"time_signature\": \"3/4\", \"tempo\": 120, \"instrument_summary\": [\"Piano\"], "
        "\"mood\": [\"sad\"], \"genre\": [\"pop\"], \"chord_summary\": [\"A-\", \"Bb\", \"N\"], "
        "\"duration\": 60}\n",
        "ytid,start_s,end_s,audioset_positive_labels,aspect_list,caption,author_id,"
        "is_balanced_subset,is_audioset_eval\nabc,30,40,\"/m/1\",\"['slow', 'sad']\",\"A "
        "\"\"slow\"\" "
        "piece\nin C\",4,False,True\n",
        "a calm waltz\na loud march in D\n\n",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    attune_buf_add(&out, texts[number % 4]);
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file seed_prefs(int number)
{
    static const char *const texts[] = {
        "prompt,model_a,model_b,winner,rater\np1,x,y,a,r1\np1,y,z,both_bad,r2\np2,x,z,tie,r1\n",
        "{\"model_a\": \"x\", \"model_b\": \"y\", \"winner\": \"tie (bothbad)\"}\n",
        "audio_a,audio_b,system_a,system_b,musicality,fidelity\na.wav,b.wav,x,y,a_wins,tie\n",
        "question-type,description,model-1,track-1-id,track-1-begin,track-1-end,model-2,"
        "track-2-id,track-2-begin,track-2-end,answer\nq,d,x,1,0,10,y,2,0,10,2\n",
        "{\"file_name\": \"a.mp3\", \"annotation\": [{\"Coherence\": 3, \"Musicality\": 4, "
        "\"Memorability\": 2, \"Clarity\": 5, \"Naturalness\": 1}]}\n",
        "{\"data_path\": \"a.wav\", \"Production_Quality\": [7, 8], \"Production_Complexity\": "
        "[3, 4], \"Content_Enjoyment\": [5, 5], \"Content_Usefulness\": [6, 6]}\n",
        "audiomos2025-S008_P008.wav,3.4,4.0\n",
        "path,score\na.wav,.5\n",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    attune_buf_add(&out, texts[number % 8]);
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

/* What `write` leaves in a temporary file. */
static struct fuzz_file made_by(void (*write)(const char *path, int number), int number)
{
    struct fuzz_file file = {0};
    char folder[] = "/tmp/attune-seed-XXXXXX", path[64];
    if (mkdtemp(folder)) {
        snprintf(path, sizeof path, "%s/file", folder);
        write(path, number);
        (void)attune_file_read(path, 1 << 24, (char **)&file.bytes, &file.n_bytes, NULL);
        unlink(path);
        rmdir(folder);
    }
    return file;
}

static void write_checkpoint(const char *path, int number)
{
    float params[64];
    struct attune_checkpoint head = {.kind = "policy", .origin = "rules 1, seed 1",
                                     .n_params = (size_t)(number % 64) + 1};
    for (size_t i = 0; i < head.n_params; i++) {
        params[i] = (float)i / 7.0f;
    }
    (void)attune_checkpoint_save(path, &head, params, NULL);
}

static void write_database(const char *path, int number)
{
    struct attune_store *store = NULL;
    if (attune_store_open(&store, path, ATTUNE_STORE_CREATE, NULL) == ATTUNE_OK) {
        attune_store_close(store);
    }
}

struct fuzz_file seed_checkpoint(int number)
{
    return made_by(write_checkpoint, number);
}

struct fuzz_file seed_database(int number)
{
    return made_by(write_database, number);
}
