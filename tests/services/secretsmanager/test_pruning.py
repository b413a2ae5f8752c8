def test_a_hundred_versions_are_kept_and_all_of_the_last_day(vauban, secrets):
    first = secrets.create_secret(Name="db", SecretString="0")["VersionId"]
    secrets.update_secret_version_stage(SecretId="db", VersionStage="keep", MoveToVersionId=first)
    for number in range(104):
        secrets.put_secret_value(SecretId="db", SecretString=str(number))
    assert count(secrets) == 105
    vauban.advance(hours=23)
    assert count(secrets) == 105
    vauban.advance(hours=2)
    assert count(secrets) == 100
    assert secrets.get_secret_value(SecretId="db", VersionId=first)["SecretString"] == "0"
    assert "SecretVersionDeletion" in [each["eventName"] for each in vauban.trail()]


def count(secrets):
    pages = secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    more = {"NextToken": pages["NextToken"]} if "NextToken" in pages else None
    rest = secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True, **more)["Versions"] if more else []
    return len(pages["Versions"]) + len(rest)
