"""Write the catalogue of public parameters from what botocore knows of Regions and services.

    python scripts/write_public_parameters.py

Regions and services come from botocore's endpoints.json and service models (Apache-2.0). Names of machine images are
those that AWS documents; their ids are not in the catalogue, for there is nothing they would be true of.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import botocore.session

TARGET = Path(__file__).parent.parent / "src/vauban/services/ssm/data/public_parameters.json"

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest"
WINDOWS = "/aws/service/ami-windows-latest"
UBUNTU = "/aws/service/canonical/ubuntu/server"
BOTTLEROCKET = "/aws/service/bottlerocket/aws-ecs-2"
IMAGES = (
    *(
        f"{AMAZON_LINUX}/{flavour}-{kernel}-{machine}"
        for flavour in ("al2023-ami", "al2023-ami-minimal")
        for kernel in ("kernel-default", "kernel-6.1", "kernel-6.12")
        for machine in ("arm64", "x86_64")
    ),
    *(
        f"{AMAZON_LINUX}/amzn2-ami-{flavour}-{machine}-{volume}"
        for flavour in ("hvm", "kernel-5.10-hvm")
        for machine in ("arm64", "x86_64")
        for volume in ("gp2", "ebs")
    ),
    *(
        f"{WINDOWS}/Windows_Server-{year}-English-{edition}-Base"
        for year in ("2016", "2019", "2022", "2025")
        for edition in ("Full", "Core")
    ),
    *(
        f"{UBUNTU}/{release}/stable/current/{machine}/hvm/ebs-{volume}/ami-id"
        for release, volume in (("20.04", "gp2"), ("22.04", "gp2"), ("24.04", "gp3"))
        for machine in ("amd64", "arm64")
    ),
    *(f"{BOTTLEROCKET}/{machine}/latest/image_id" for machine in ("arm64", "x86_64")),
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
)


def main() -> None:
    session = botocore.session.get_session()
    partitions = session.get_data("endpoints")["partitions"]
    content = {
        "source": "botocore's endpoints.json and service models, Apache-2.0; names of images as AWS documents them",
        "published": datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).isoformat(),
        "regions": regions(partitions),
        "services": services(session, partitions),
        "images": sorted(IMAGES),
        "parameters": {},
    }
    TARGET.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")


def regions(partitions: list[dict]) -> dict[str, dict[str, str]]:
    return {
        region: {
            "longName": about["description"],
            "partition": partition["partition"],
            "domain": partition["dnsSuffix"],
        }
        for partition in partitions
        for region, about in partition["regions"].items()
    }


def services(session: botocore.session.Session, partitions: list[dict]) -> dict[str, dict]:
    """By signing name; where a service is in every Region or in none by name, it is left to the Regions it has."""
    found: dict[str, dict] = {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        places = {
            region for partition in partitions for region in session.get_available_regions(name, partition["partition"])
        }
        found[name] = {"longName": model.metadata["serviceFullName"], "regions": sorted(places)}
    return found


if __name__ == "__main__":
    main()
