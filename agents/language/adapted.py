"""The embedded language model with LLaSA's adapter folded in: it has practised Telltale's own explanation and fusion prompts."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from agents.language.embedded import EmbeddedModel
from agents.language.network import Network
from agents.language.protocol import Progress
from recordings import UserError


class AdaptedModel(EmbeddedModel):
    """`LanguageModel` on the embedded weights (`directory`: others) and the adapter of a LLaSA checkpoint (None: the shipped one).

    UserError where the checkpoint is missing or was made for a language model of another width.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        directory: Path | None = None,
        cache_dir: Path | None = None,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> None:
        from models.llasa.checkpoints import load_trained, named_folder, revision_of

        super().__init__(directory, cache_dir=cache_dir, offline=offline, progress=progress)
        chosen = named_folder(folder)
        self._trained = load_trained(chosen)
        self._adapter = revision_of(chosen, str(self._trained.config.revision_name))
        self.name = f"{type(self).__base__.name} with LLaSA's adapter"  # type: ignore[union-attr]
        self.licence = str(self._trained.config.licence)

    @property
    def revision(self) -> str:
        return f"{self.weights.revision}+{self._adapter}"

    @cached_property
    def network(self) -> Network:
        """A network of its own: the plain one may be open beside it."""
        network = Network(self.weights.path)
        width = int(network.model.get_input_embeddings().weight.shape[1])
        if width != self._trained.config.backbone_size:
            raise UserError(
                self._adapter,
                expected=f"a language model {self._trained.config.backbone_size} wide",
                found=f"{width}",
                cure="name a checkpoint that was trained with the embedded model",
            )
        self._trained.attach(network.model).merge()
        return network
