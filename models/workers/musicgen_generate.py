"""MusicGen: sound from a text (Copet et al. 2023, package audiocraft).

    worker: [python3, musicgen_generate.py, --model, facebook/musicgen-small, --duration, "10"]

logprob is that of the drawn codes under the language model given the text, at temperature 1 and without
guidance; what is drawn from is sharper (guidance, top-k), so it compares checkpoints, it is not a density.
With --ref-model, the model this one was aligned from, ref_logprob is the same under that one. Beyond the
length the model was trained on (30 s) there is neither. --model takes a name on the hub or a folder with
state_dict.bin and compression_state_dict.bin.
"""
import os

import protocol


class Generator:
    name = "musicgen"
    roles = ("generator",)
    install = "pip install audiocraft"

    @staticmethod
    def add_options(parser):
        parser.add_argument("--model", default="facebook/musicgen-small")
        parser.add_argument("--ref-model")
        parser.add_argument("--duration", type=float, default=10.0, help="seconds")
        parser.add_argument("--temperature", type=float, default=1.0)
        parser.add_argument("--top-k", type=int, default=250)
        parser.add_argument("--guidance", type=float, default=3.0)

    def __init__(self, options, device):
        from audiocraft.models import MusicGen
        self.model = MusicGen.get_pretrained(options.model, device=device)
        self.model.set_generation_params(
            duration=options.duration, temperature=options.temperature, top_k=options.top_k,
            cfg_coef=options.guidance)
        self.ref = options.ref_model and MusicGen.get_pretrained(options.ref_model, device=device)
        self.version = "%s %s" % (protocol.package_version("audiocraft"), self._weights(options.model))
        self.has_logprob = options.duration <= self.model.max_duration

    @staticmethod
    def _weights(model):
        if os.path.isdir(model):
            return protocol.fingerprint(os.path.join(model, "state_dict.bin"))
        try:
            from huggingface_hub import hf_hub_download
            return protocol.fingerprint(hf_hub_download(model, "state_dict.bin"))
        except Exception:  # named otherwise in this release: the name has to do
            return model.rsplit("/", 1)[-1]

    @staticmethod
    def _logprob(model, text, codes):
        import torch
        from audiocraft.modules.conditioners import ConditioningAttributes
        with torch.no_grad(), model.autocast:
            output = model.lm.compute_predictions(
                codes, [ConditioningAttributes(text={"description": text})])
        return protocol.sum_logprob(output.logits, codes, output.mask)

    def generate(self, prompt, out):
        sound, codes = self.model.generate([prompt["text"]], return_tokens=True)
        protocol.write_wav(out + ".wav", sound[0].cpu(), self.model.sample_rate)
        answer = {"path": out + ".wav", "tokens": int(codes.shape[1] * codes.shape[2])}
        if self.has_logprob:
            answer["logprob"] = self._logprob(self.model, prompt["text"], codes)
        if self.has_logprob and self.ref:
            answer["ref_logprob"] = self._logprob(self.ref, prompt["text"], codes)
        return answer


if __name__ == "__main__":
    protocol.serve(Generator)
