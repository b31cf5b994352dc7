"""A stand-in for huggingface_hub: the hub is the folder that STAND_IN_HUB names."""
import os


def hf_hub_download(repo_id, filename, cache_dir=None):
    return os.path.join(os.environ["STAND_IN_HUB"], repo_id.replace("/", "--"), filename)
