import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT

ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group"


def test_the_default_group_is_there_and_stays(scheduler):
    told = scheduler.get_schedule_group(Name="default")
    assert (told["Arn"], told["State"]) == (f"{ARN}/default", "ACTIVE")
    with pytest.raises(scheduler.exceptions.ValidationException, match="default schedule group"):
        scheduler.delete_schedule_group(Name="default")


def test_a_group_is_made_once_and_listed(scheduler):
    assert scheduler.create_schedule_group(Name="g1", ClientToken="t")["ScheduleGroupArn"] == f"{ARN}/g1"
    assert scheduler.create_schedule_group(Name="g1", ClientToken="t")["ScheduleGroupArn"] == f"{ARN}/g1"
    with pytest.raises(scheduler.exceptions.ConflictException, match=r"Schedule group g1 already exists\."):
        scheduler.create_schedule_group(Name="g1")
    scheduler.create_schedule_group(Name="g2")

    def names(**asked):
        return [each["Name"] for each in scheduler.list_schedule_groups(**asked)["ScheduleGroups"]]

    assert names() == ["default", "g1", "g2"]
    assert names(NamePrefix="g") == ["g1", "g2"]
    assert names(MaxResults=2, NextToken=scheduler.list_schedule_groups(MaxResults=2)["NextToken"]) == ["g2"]


def test_a_group_is_deleted_with_its_schedules(vauban, scheduler, make):
    scheduler.create_schedule_group(Name="g")
    for name in ("a", "b"):
        make(name=name, GroupName="g")
    make(name="c")
    scheduler.delete_schedule_group(Name="g")
    assert scheduler.get_schedule_group(Name="g")["State"] == "DELETING"
    with pytest.raises(scheduler.exceptions.ConflictException, match="being deleted"):
        make(name="d", GroupName="g")
    vauban.advance(seconds=1)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException, match=r"Schedule group g does not exist\."):
        scheduler.get_schedule_group(Name="g")
    assert [each["Name"] for each in scheduler.list_schedules()["Schedules"]] == ["c"]


def test_groups_have_tags(vauban, scheduler):
    scheduler.create_schedule_group(Name="g", Tags=[{"Key": "team", "Value": "blue"}])
    scheduler.tag_resource(ResourceArn=f"{ARN}/g", Tags=[{"Key": "stage", "Value": "live"}])
    scheduler.untag_resource(ResourceArn=f"{ARN}/g", TagKeys=["team"])
    assert scheduler.list_tags_for_resource(ResourceArn=f"{ARN}/g")["Tags"] == [{"Key": "stage", "Value": "live"}]
    with pytest.raises(ClientError, match="reserved"):
        scheduler.tag_resource(ResourceArn=f"{ARN}/g", Tags=[{"Key": "aws:x", "Value": "y"}])
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.list_tags_for_resource(ResourceArn=f"{ARN}/none")
    condition = {"StringEquals": {"aws:ResourceTag/stage": "live"}}
    allow = {"Effect": "Allow", "Action": "scheduler:GetScheduleGroup", "Resource": "*", "Condition": condition}
    vauban.user("reader", {"Version": "2012-10-17", "Statement": allow})
    reader = vauban.client("scheduler", user="reader")
    assert reader.get_schedule_group(Name="g")["Name"] == "g"
    with pytest.raises(ClientError, match="not authorized"):
        reader.get_schedule_group(Name="default")
