"""Text2midi: MIDI from a caption (Bhandari et al. 2025, github.com/AMAAI-Lab/Text2midi).

    worker: [python3, text2midi_generate.py, --repo, Text2midi]

logprob is exact: the log-probability of the drawn tokens at the sampling temperature, by one more pass
of the decoder. With --ref-checkpoint, the checkpoint this one was aligned from, ref_logprob too, and
attune reports the divergence. Written against the published interface; the weights (1 GB) come from
the authors' page on the hub on first use.
"""
import protocol
import text2midi


class Generator:
    name = "text2midi"
    roles = ("generator",)
    install = ("git clone https://github.com/AMAAI-Lab/Text2midi, pip install -r its requirements.txt, "
               "and give the folder as --repo")

    @staticmethod
    def add_options(parser):
        text2midi.add_options(parser)
        parser.add_argument("--ref-checkpoint", type=protocol.path)
        parser.add_argument("--max-tokens", type=int, default=2000)
        parser.add_argument("--temperature", type=float, default=1.0)

    def __init__(self, options, device):
        self.options = options
        checkpoint, vocabulary = text2midi.find_weights(options)
        self.model = text2midi.Text2midi(options.repo, checkpoint, vocabulary, device)
        self.ref = options.ref_checkpoint and text2midi.Text2midi(
            options.repo, options.ref_checkpoint, vocabulary, device)
        self.version = protocol.fingerprint(checkpoint, vocabulary)

    def generate(self, prompt, out):
        text, temperature = prompt["text"], self.options.temperature
        tokens = self.model.sample(text, self.options.max_tokens, temperature)
        self.model.vocabulary.decode(tokens[0].tolist()).dump_midi(out + ".mid")
        answer = {"path": out + ".mid", "tokens": int(tokens.shape[1]),
                  "logprob": self.model.logprob(text, tokens, temperature)}
        if self.ref:
            answer["ref_logprob"] = self.ref.logprob(text, tokens, temperature)
        return answer


if __name__ == "__main__":
    protocol.serve(Generator)
