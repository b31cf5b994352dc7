"""A stand-in for huggingface_hub: the hub is the folder that ATTUNE_TEST_HUB names."""
import os


def hf_hub_download(repo_id, filename, cache_dir=None):
    return os.path.join(os.environ["ATTUNE_TEST_HUB"], repo_id.replace("/", "--"), filename)
