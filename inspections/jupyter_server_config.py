"""JupyterLab as `make lab` starts it: what is shown of a force is not saved, what is typed not remembered."""

from typing import Any

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from inspections.confidential import seclude


class ForgetfulKernelManager(ServerKernelManager):
    """Starts kernels that write no cell to IPython's history, which outlives the notebook."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command of a kernel."""
        return super().format_kernel_cmd([*(extra_arguments or []), "--HistoryManager.enabled=False"])


def without_outputs(model: dict[str, Any], **_: Any) -> None:
    """Empty every cell's output before a notebook is written to disk."""
    if model["type"] != "notebook" or model["content"] is None:
        return
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None


if "get_config" in globals():  # read by Jupyter, not imported
    seclude()
    c = globals()["get_config"]()
    c.MappingKernelManager.kernel_manager_class = (
        f"inspections.jupyter_server_config.{ForgetfulKernelManager.__name__}"
    )
    c.MappingKernelManager.transport_encryption = "required"
    c.FileContentsManager.pre_save_hook = without_outputs
