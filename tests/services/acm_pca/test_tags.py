import pytest


def tags(pca, arn):
    return {each["Key"]: each["Value"] for each in pca.list_tags(CertificateAuthorityArn=arn)["Tags"]}


def test_tags_are_put_and_taken(pca, create):
    arn = create()
    pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    assert tags(pca, arn) == {"a": "1", "b": ""}
    pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    assert "a" in tags(pca, arn)
    pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    assert tags(pca, arn) == {}


def test_tags_beyond_fifty_and_of_aws_are_refused(pca, create):
    arn = create()
    with pytest.raises(pca.exceptions.InvalidTagException):
        pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}])
    pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": f"k{each}"} for each in range(50)])
    with pytest.raises(pca.exceptions.TooManyTagsException):
        pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "one-more"}])
