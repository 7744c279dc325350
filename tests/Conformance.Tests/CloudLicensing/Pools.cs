using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Licensing;
using Berth.Graph.CloudLicensing;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.CloudLicensing;

/// <summary>The pool model in words: what is asked, what is refused, who may.</summary>
public sealed class Pools
{
    private const string Admin = "/beta/admin/cloudLicensing";

    private readonly Company _company = Company.Empty();
    private readonly Guid _ada, _bob, _group;

    public Pools()
    {
        // Of two who come together the lesser id is served first: the one seat is Ada's.
        _ada = _company.AddUser("ada", static user => user with { Id = Guid.Parse("0a000000-0000-4000-8000-000000000000") });
        _bob = _company.AddUser("bob", static user => user with { Id = Guid.Parse("0b000000-0000-4000-8000-000000000000") });
        _group = _company.AddGroup("sales", _ada, _bob);
        _company.Buy(Company.CloudPc, 1);
        _company.Buy(Company.E3, 5);
        _company.Give(_ada, Company.E3);
        _company.GiveGroup(_group, Company.CloudPc);
    }

    // B586: the filters that Graph documents, as it writes them.
    [Fact]
    public void Usage_rights_are_filtered_by_SKU_and_by_plan()
    {
        string rights = $"/beta/users/{_ada}/cloudLicensing/usageRights", plan = _company.Get(rights).GetProperty("value")[0].GetProperty("services")[0].GetProperty("planId").GetString()!;
        Assert.Equal(2, Count($"{rights}"));
        Assert.Equal(1, Count($"{rights}?$filter=skuId eq {Company.E3}"));
        Assert.Equal(2, Count($"{rights}?$filter=skuId in ({Company.E3}, {Company.CloudPc})"));
        Assert.Equal(1, Count($"{rights}?$filter=services/any(c:c/planId eq {plan})"));
        Assert.Equal(1, Count($"{rights}?$filter=services/any(c:c/planId in ({plan}, {Guid.NewGuid()}))"));
        Assert.Equal(1, Count($"{Admin}/allotments?$filter=skuId eq {Company.E3}&$select=id,skuPartNumber&$expand=waitingMembers($select=id,waitingSinceDateTime)"));
        Assert.Equal(1, Count($"{Admin}/assignmentErrors?$filter=skuId eq {Company.CloudPc}"));
        Assert.Equal(2, _company.Get($"{Admin}/allotments?$count=true&$top=1").GetProperty("@odata.count").GetInt32());
        Assert.Equal(2, _company.Get($"{Admin}/assignments?$count=true&$top=1").GetProperty("@odata.count").GetInt32());
    }

    // B586: one order, and what is not understood is refused and not guessed at.
    [Theory]
    [InlineData("allotments?$orderby=skuId")]
    [InlineData("allotments?$apply=groupby((skuId))")]
    [InlineData("allotments?$top=1000")]
    [InlineData("assignments?$expand=allotment($filter=skuId eq 11111111-1111-4111-8111-111111111111)")]
    [InlineData("assignments?$expand=usageRight")]
    [InlineData("assignments?$skiptoken=AAAA")]
    [InlineData("assignments?$skiptoken=WzAsIngiXQ")]
    [InlineData("assignmentErrors?$skiptoken=WzAsIngiXQ")]
    [InlineData("assignments?$skiptoken=WzBd")]
    public void What_a_collection_does_not_take_is_refused(string query) => Assert.Equal(400, _company.Refused($"{Admin}/{query}").Status);

    // B586: who is served between two pages takes nobody's place away.
    [Fact]
    public void A_page_goes_on_after_its_last_row_whatever_was_before_it()
    {
        Guid[] more = [.. Enumerable.Range(0, 5).Select(i => _company.AddUser($"user{i}"))];
        _company.Do(new Command.AddMembers(_group, [.. more]));
        string queue = $"{Admin}/allotments/{Allotment(Company.CloudPc)}/waitingMembers", errors = $"{Admin}/assignmentErrors", assignments = $"{Admin}/assignments";
        string[] before = Ids(queue), failed = Ids(errors);
        Assert.Equal((6, 6), (before.Length, failed.Length));
        string next = Next($"{queue}?$top=2"), nextFailed = Next($"{errors}?$top=2");
        _company.Do(new Command.CreateSubscription(Guid.NewGuid(), Company.CloudPc, 1, SubscriptionStatus.Enabled, false));
        Assert.Equal(before[1..], Ids(queue));
        Assert.Equal(before[2..], _company.All(next));
        Assert.Equal(failed[2..], _company.All(nextFailed));

        foreach (Guid user in more)
        {
            _company.Give(user, Company.E3);
            _company.Try(new Command.CreateSubscription(Guid.NewGuid(), Company.E3, 5, SubscriptionStatus.Enabled, false));
        }

        string[] given = Ids(assignments);
        next = Next($"{assignments}?$top=3");
        _company.Do(new Command.AssignUserLicenses(_ada, [], [Company.E3]));
        Assert.Equal(given[3..], _company.All(next));
    }

    // B581: an id is opaque, of one kind, and of one object.
    [Fact]
    public void An_id_of_another_kind_of_another_holder_or_written_otherwise_names_nothing()
    {
        string allotment = Allotment(Company.E3), assignment = Ids($"{Admin}/assignments")[0], right = Ids($"/beta/users/{_ada}/cloudLicensing/usageRights")[0];
        foreach (string path in (string[])
            [
                $"{Admin}/allotments/{assignment}", $"{Admin}/allotments/{Company.E3}", $"{Admin}/allotments/{allotment[..^1]}", $"{Admin}/allotments/x",
                $"{Admin}/allotments/{Allotment(Company.CloudPc)}/assignments/{assignment}", $"{Admin}/allotments/x/assignments", $"{Admin}/allotments/x/waitingMembers",
                $"{Admin}/assignments/{right}", $"{Admin}/assignmentErrors/{assignment}", $"{Admin}/assignmentErrors/{Ids($"{Admin}/assignmentErrors")[0]}/usageRight",
                $"/beta/users/{_bob}/cloudLicensing/assignments/{assignment}", $"/beta/users/{_bob}/cloudLicensing/usageRights/{right}", $"/beta/users/{Guid.NewGuid()}/cloudLicensing/usageRights",
                $"/beta/groups/{_group}/cloudLicensing/assignments/{assignment}", $"/beta/groups/{Guid.NewGuid()}/cloudLicensing/assignments", $"/beta/groups/{_group}/cloudLicensing/usageRights/{right}",
            ])
        {
            Assert.Equal((404, "Request_ResourceNotFound"), (_company.Refused(path).Status, _company.Refused(path).Error.GetProperty("code").GetString()));
        }

        // The last letter of an id carries bits that mean nothing: only one way of writing them is the id.
        Guid one = Guid.NewGuid(), other = Guid.NewGuid();
        string id = LicensingId.Of(LicensingKind.AssignmentError, one, other, one);
        Assert.Equal([one, other, one], LicensingId.Read(LicensingKind.AssignmentError, id)!);
        Assert.Null(LicensingId.Read(LicensingKind.UsageRight, id));
        Assert.Null(LicensingId.Read(LicensingKind.AssignmentError, $"{id[..^1]}="));
    }

    // B585, L174: the message names the plans.
    [Fact]
    public void An_error_says_what_is_missing()
    {
        JsonElement error = Assert.Single(_company.Get($"{Admin}/assignmentErrors?$expand=assignedTo").GetProperty("value").EnumerateArray());
        Assert.Equal("CountViolation", error.GetProperty("code").GetString());
        Assert.Equal($"Subscription with SKU {Company.CloudPc} does not have any available licenses.", error.GetProperty("message").GetString());
        Assert.Equal(
            $$"""{"@odata.type":"#microsoft.graph.user","id":"{{_bob}}","displayName":"bob","userPrincipalName":"bob@fabrikam.example"}""", error.GetProperty("assignedTo").GetRawText());
        JsonElement given = _company.Get($"/beta/groups/{_group}/cloudLicensing/assignments?$expand=assignedTo").GetProperty("value")[0];
        Assert.Equal($$"""{"@odata.type":"#microsoft.graph.group","id":"{{_group}}","displayName":"sales"}""", given.GetProperty("assignedTo").GetRawText());
        Assert.Equal(400, _company.Refused($"{Admin}/assignments?$expand=assignedTo($select=city)").Status);
    }

    // L176, B587
    [Theory]
    [InlineData("/admin/cloudLicensing/allotments", "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All")]
    [InlineData("/admin/cloudLicensing/assignments", "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All")]
    [InlineData(
        "/admin/cloudLicensing/assignmentErrors",
        "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All User-CloudLicensing.Read.All User.Read.All User.ReadWrite.All")]
    [InlineData(
        "/users/ada/cloudLicensing/waitingMembers",
        "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All User-CloudLicensing.Read User-CloudLicensing.Read.All User.Read.All User.ReadWrite.All")]
    [InlineData(
        "/users/ada/cloudLicensing/usageRights",
        "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All User-CloudLicensing.Read User-CloudLicensing.Read.All User-UsageRight.Read "
        + "User-UsageRight.Read.All User.Read.All User.ReadWrite.All")]
    [InlineData(
        "/groups/sales/cloudLicensing/usageRights",
        "CloudLicensing.Read CloudLicensing.Read.All Directory.Read.All Directory.ReadWrite.All Group-CloudLicensing.Read Group-CloudLicensing.Read.All Group-UsageRight.Read.All "
        + "Group.Read.All Group.ReadWrite.All")]
    public void Just_the_documented_permissions_are_enough(string path, string expected)
    {
        string target = $"/beta{path}".Replace("/ada/", $"/{_ada}/", StringComparison.Ordinal).Replace("/sales/", $"/{_group}/", StringComparison.Ordinal);
        Assert.Equal(expected.Split(' '), PermissionSet.Names.Where(name => _company.Ask(target, request => As(request, null, name)).Status == 200).Order(StringComparer.Ordinal));
    }

    // B587: what is one's own, and nothing that leads further.
    [Fact]
    public void A_person_reads_what_hangs_on_themselves()
    {
        string own = $"/beta/users/{_ada}/cloudLicensing";
        foreach (string part in (string[])["assignments", "assignmentErrors", "usageRights", "waitingMembers", $"assignments/{Ids($"{own}/assignments")[0]}"])
        {
            Assert.Equal(200, _company.Ask($"{own}/{part}", Ada).Status);
            Assert.Equal(200, _company.Ask($"/beta/me/cloudLicensing/{part}", Ada).Status);
            Assert.Equal(403, _company.Ask($"/beta/users/{_bob}/cloudLicensing/{part}", Ada).Status);
        }

        Assert.Equal(403, _company.Ask($"{own}/assignments/{Ids($"{own}/assignments")[0]}/allotment", Ada).Status);
        Assert.Equal(403, _company.Ask($"{own}/assignments?$expand=allotment", Ada).Status);
        Assert.Equal(403, _company.Ask($"{Admin}/allotments", Ada).Status);
        Assert.Equal(403, _company.Ask($"/beta/groups/{_group}/cloudLicensing/usageRights", Ada).Status);

        GraphRequest Ada(GraphRequest request) => As(request, new SignedInUser(_ada, "ada@fabrikam.example"), "User.Read");
    }

    // B587: no application has a delegated name for itself, and whoever is registered for all may be given less.
    [Fact]
    public void Delegated_names_are_for_people_only()
    {
        Assert.Empty(PermissionSet.OfApplications.Intersect(["CloudLicensing.Read", "User-CloudLicensing.Read", "Group-CloudLicensing.Read", "User-UsageRight.Read", "User.Read"]));
        Assert.Equal("CloudLicensing.Read CloudLicensing.Read.All", $"{PermissionSet.Of("CloudLicensing.Read.All").WithLesser()}");
        Assert.Equal("Group-UsageRight.Read.All", $"{PermissionSet.Of("Group-UsageRight.Read.All").WithLesser()}");
    }

    // B588
    [Theory]
    [InlineData("/admin/cloudLicensing/allotments")]
    [InlineData("/users/ada@fabrikam.example/cloudLicensing/usageRights")]
    [InlineData("/groups/sales/cloudLicensing/assignments")]
    public void In_version_one_the_paths_do_not_exist(string path)
    {
        (int status, JsonElement error) = _company.Refused($"/v1.0{path}");
        Assert.Equal((400, "BadRequest"), (status, error.GetProperty("code").GetString()));
        Assert.Contains("Resource not found for the segment", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static GraphRequest As(GraphRequest request, SignedInUser? user, string permission) =>
        request with { Caller = request.Caller with { User = user, Permissions = PermissionSet.Of(permission) } };

    private int Count(string target) => _company.Get(target).GetProperty("value").GetArrayLength();

    private string[] Ids(string target) => [.. _company.Get(target).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetString()!)];

    private string Next(string target) => _company.Get(target).GetProperty("@odata.nextLink").GetString()!["https://graph.test".Length..];

    private string Allotment(Guid sku) => Ids($"{Admin}/allotments?$filter=skuId eq {sku}")[0];
}
