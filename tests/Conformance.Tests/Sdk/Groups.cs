using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Groups and who belongs to them (L170, B82).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Groups(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_group_is_created_read_changed_and_deleted(Door door)
    {
        string alias = tenant.Name("pilots");
        Group made = (await tenant.Graph(door).Groups.PostAsync(
            new Group { DisplayName = "Pilots", Description = "First wave", MailNickname = alias, MailEnabled = false, SecurityEnabled = true, GroupTypes = [] },
            cancellationToken: Cancel))!;

        Assert.True(Guid.TryParse(made.Id, out Guid id) && id.Version == 4);
        Assert.Equal("Pilots", made.DisplayName);
        Assert.True(made.SecurityEnabled);
        Assert.Empty(made.GroupTypes!);
        Assert.Null(made.AssignedLicenses);

        await tenant.Graph(door).Groups[made.Id].PatchAsync(new Group { Description = "Second wave" }, cancellationToken: Cancel);
        Group read = (await tenant.Graph(door).Groups[made.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal("Second wave", read.Description);
        Assert.Equal("Pilots", read.DisplayName);
        Assert.Equal(alias, read.MailNickname);
        Assert.NotNull(read.CreatedDateTime);

        await tenant.Graph(door).Groups[made.Id].DeleteAsync(cancellationToken: Cancel);
        await NotFoundAsync(made.Id!, () => tenant.Graph(door).Groups[made.Id].GetAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task Members_come_and_go_by_reference(Door door)
    {
        User ada = await tenant.UserAsync(door);
        User bob = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, ada, bob);

        await tenant.Graph(door).Groups[group.Id].Members[ada.Id].Ref.DeleteAsync(cancellationToken: Cancel);

        DirectoryObjectCollectionResponse members = (await tenant.Graph(door).Groups[group.Id].Members.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(bob.Id, Assert.Single(members.Value!).Id);
        await NotFoundAsync(ada.Id!, () => tenant.Graph(door).Groups[group.Id].Members[ada.Id].Ref.DeleteAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task Twenty_members_are_bound_in_one_change_and_twenty_one_are_too_many(Door door)
    {
        User[] users = new User[21];
        for (int i = 0; i < users.Length; i++)
        {
            users[i] = await tenant.UserAsync(door);
        }

        Group group = await tenant.GroupAsync(door);
        await LicenseCalls.BadRequestAsync(
            "valueInvalid",
            "Invalid value specified for property 'members@odata.bind' of resource 'Group'. One request adds at most 20 members.",
            () => BindAsync(door, group, users));
        Assert.Equal(0, await tenant.Graph(door).Groups[group.Id].Members.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));

        await BindAsync(door, group, users[..20]);

        Assert.Equal(20, await tenant.Graph(door).Groups[group.Id].Members.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(20, await tenant.Graph(door).Groups[group.Id].Members.GraphUser.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
    }

    [Theory, EveryDoor]
    public async Task Members_are_bound_when_a_group_is_created(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door);
        string alias = tenant.Name("bound");

        Group made = (await tenant.Graph(door).Groups.PostAsync(
            new Group
            {
                DisplayName = alias,
                MailNickname = alias,
                MailEnabled = false,
                SecurityEnabled = true,
                AdditionalData = new Dictionary<string, object>
                {
                    ["members@odata.bind"] = new List<string> { $"{tenant.BaseOf(door)}/users/{ada.Id}", $"{tenant.BaseOf(door)}/groups/{inner.Id}" },
                },
            },
            cancellationToken: Cancel))!;

        DirectoryObjectCollectionResponse members = (await tenant.Graph(door).Groups[made.Id].Members.GetAsync(cancellationToken: Cancel))!;
        Assert.Collection(
            members.Value!,
            first => Assert.Equal(ada.UserPrincipalName, Assert.IsType<User>(first).UserPrincipalName),
            second => Assert.Equal(inner.DisplayName, Assert.IsType<Group>(second).DisplayName));
        Assert.Equal(ada.Id, Assert.Single((await tenant.Graph(door).Groups[made.Id].Members.GraphUser.GetAsync(cancellationToken: Cancel))!.Value!).Id);
        Assert.Equal(inner.Id, Assert.Single((await tenant.Graph(door).Groups[made.Id].Members.GraphGroup.GetAsync(cancellationToken: Cancel))!.Value!).Id);
    }

    [Theory, EveryDoor]
    public async Task What_one_belongs_to_is_typed(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door, ada);
        Group outer = await tenant.GroupAsync(door);
        await tenant.AddMemberAsync(door, outer, inner.Id!);

        DirectoryObjectCollectionResponse ofUser = (await tenant.Graph(door).Users[ada.Id].MemberOf.GetAsync(cancellationToken: Cancel))!;
        DirectoryObjectCollectionResponse ofGroup = (await tenant.Graph(door).Groups[inner.Id].MemberOf.GetAsync(cancellationToken: Cancel))!;
        GroupCollectionResponse cast = (await tenant.Graph(door).Users[ada.Id].MemberOf.GraphGroup.GetAsync(cancellationToken: Cancel))!;
        GroupCollectionResponse castOfGroup = (await tenant.Graph(door).Groups[inner.Id].MemberOf.GraphGroup.GetAsync(cancellationToken: Cancel))!;

        // First-level membership only: the outer group is not the user's.
        Assert.Equal(inner.Id, Assert.IsType<Group>(Assert.Single(ofUser.Value!)).Id);
        Assert.Equal(outer.Id, Assert.IsType<Group>(Assert.Single(ofGroup.Value!)).Id);
        Assert.Equal(inner.Id, Assert.Single(cast.Value!).Id);
        Assert.Equal(outer.Id, Assert.Single(castOfGroup.Value!).Id);
    }

    [Theory, EveryDoor]
    public async Task A_member_twice_a_group_in_itself_and_a_stranger_are_refused(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, ada);
        string nobody = Guid.NewGuid().ToString();

        await LicenseCalls.BadRequestAsync(
            "alreadyMember",
            "One or more added object references already exist for the following modified properties: 'members'.",
            () => tenant.AddMemberAsync(door, group, ada.Id!));
        await LicenseCalls.BadRequestAsync(
            "memberOfItself", $"Group {group.Id} cannot be a member of itself.", () => tenant.AddMemberAsync(door, group, group.Id!));
        await NotFoundAsync(nobody, () => tenant.AddMemberAsync(door, group, nobody));

        Assert.Equal(ada.Id, Assert.Single((await tenant.Graph(door).Groups[group.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!).Id);
    }

    [Theory, EveryDoor]
    public async Task An_unknown_group_is_not_found(Door door)
    {
        string nobody = Guid.NewGuid().ToString();

        await NotFoundAsync(nobody, () => tenant.Graph(door).Groups[nobody].GetAsync(cancellationToken: Cancel));
        await NotFoundAsync(nobody, () => tenant.Graph(door).Groups[nobody].Members.GetAsync(cancellationToken: Cancel));
        await NotFoundAsync(nobody, () => tenant.Graph(door).Groups[nobody].DeleteAsync(cancellationToken: Cancel));
        await NotFoundAsync(nobody, () => tenant.Graph(door).Groups[nobody].PatchAsync(new Group { Description = "x" }, cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_count_of_groups_is_a_number(Door door)
    {
        int before = (await tenant.Graph(door).Groups.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel))!.Value;
        await tenant.GroupAsync(door);

        Assert.Equal(before + 1, await tenant.Graph(door).Groups.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
    }

    private static Task<ODataError> NotFoundAsync(string id, Func<Task> call) => LicenseCalls.RefusedAsync(
        404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.", call);

    private Task<Group?> BindAsync(Door door, Group group, User[] members) => tenant.Graph(door).Groups[group.Id].PatchAsync(
        new Group
        {
            AdditionalData = new Dictionary<string, object>
            {
                ["members@odata.bind"] = members.Select(member => $"https://graph.microsoft.com/v1.0/directoryObjects/{member.Id}").ToList(),
            },
        },
        cancellationToken: Cancel);
}
