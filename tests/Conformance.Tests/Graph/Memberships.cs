using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Groups in groups: transitive lists, their casts and counts, and the membership functions (protocol 1.2, L159b).</summary>
public sealed class Memberships
{
    private readonly Company _company = Company.Empty();
    private readonly Guid _ann, _bob, _cid, _outer, _middle, _inner;

    // outer has ann and middle, middle has bob and inner, inner has ann, cid and, in a circle, outer.
    public Memberships()
    {
        (_ann, _bob, _cid) = (_company.AddUser("ann"), _company.AddUser("bob"), _company.AddUser("cid"));
        _inner = _company.AddGroup("inner", _ann, _cid);
        _middle = Group("middle", securityEnabled: false, _bob, _inner);
        _outer = _company.AddGroup("outer", _ann, _middle);
        _company.Do(new Command.AddMembers(_inner, [_outer]));
    }

    // B162.
    [Fact]
    public void Transitive_members_are_every_user_and_group_at_any_depth_each_once()
    {
        Assert.Equal(Texts(_ann, _bob, _cid, _inner, _middle), _company.All($"/v1.0/groups/{_outer}/transitiveMembers"));
        Assert.Equal(Texts(_ann, _bob, _cid, _inner, _middle), _company.All($"/v1.0/groups/{_outer}/transitiveMembers?$top=1"));
        Assert.Equal(Texts(_ann, _bob, _cid), _company.Advanced($"/v1.0/groups/{_outer}/transitiveMembers/microsoft.graph.user?$top=2"));
        Assert.Equal(Texts(_inner, _middle), _company.Advanced($"/v1.0/groups/{_outer}/transitiveMembers/graph.group"));
        Assert.Equal(Texts(_cid), _company.Advanced($"/v1.0/groups/{_outer}/transitiveMembers?$filter=id eq '{_cid}'"));
        Assert.Empty(_company.Advanced($"/v1.0/groups/{_outer}/transitiveMembers?$filter=id eq '{_outer}'"));
        Assert.Equal(Texts(_cid, _bob), _company.Advanced($"/v1.0/groups/{_outer}/transitiveMembers/microsoft.graph.user?$orderby=displayName desc&$filter=startsWith(displayName,'b') or displayName eq 'cid'"));
        Assert.Equal("5", Count($"groups/{_outer}/transitiveMembers"));
        Assert.Equal("3", Count($"groups/{_outer}/transitiveMembers/microsoft.graph.user"));
        Assert.Equal("2", Count($"groups/{_outer}/transitiveMembers/microsoft.graph.group"));
        Assert.Equal("#microsoft.graph.user", _company.Get($"/v1.0/groups/{_outer}/transitiveMembers").GetProperty("value")[0].GetProperty("@odata.type").GetString());
        Assert.Equal(404, _company.Refused($"/v1.0/groups/{_ann}/transitiveMembers").Status);
    }

    [Fact]
    public void Transitive_groups_are_every_group_over_a_user_or_a_group()
    {
        Assert.Equal(Texts(_inner, _middle, _outer), _company.All($"/v1.0/users/{_cid}/transitiveMemberOf"));
        Assert.Equal(Texts(_inner, _middle, _outer), _company.Advanced($"/v1.0/users/{_cid}/transitiveMemberOf/microsoft.graph.group?$top=1"));
        Assert.Equal(Texts(_inner), _company.All($"/v1.0/users/{_cid}/memberOf"));
        Assert.Equal("3", Count($"users/{_cid}/transitiveMemberOf"));
        Assert.Equal("1", Count($"users/{_cid}/memberOf/microsoft.graph.group"));
        Assert.Equal("2", Count($"groups/{_inner}/transitiveMemberOf"));
        Assert.Equal(Texts(_middle, _outer), _company.All($"/v1.0/groups/{_inner}/transitiveMemberOf"));
        Assert.Equal("1", Count($"groups/{_inner}/memberOf"));
        Assert.Empty(_company.All($"/v1.0/users/{_company.AddUser("dee")}/transitiveMemberOf"));
        Assert.Equal(404, _company.Refused("/v1.0/users/nobody@fabrikam.example/transitiveMemberOf").Status);
    }

    [Fact]
    public void Related_objects_are_counted_in_filters_and_expanded()
    {
        Assert.Equal(Texts(_outer, _middle), Reversed(_company.Advanced("/v1.0/groups?$filter=members/$count eq 2")));
        Assert.Equal(Texts(_inner, _middle, _outer), _company.Advanced("/v1.0/groups?$filter=owners/$count eq 0"));
        Assert.Equal(Texts(_ann), _company.Advanced("/v1.0/users?$filter=memberOf/$count gt 1"));
        Assert.Equal(Texts(_cid, _bob), Reversed(_company.Advanced("/v1.0/users?$filter=memberOf/$count eq 1 and ownedObjects/$count eq 0 and directReports/$count eq 0")));
        Assert.Equal(400, _company.Refused("/v1.0/users?$count=true&$filter=manager/$count eq 0", Company.Eventual).Status);
        JsonElement cid = _company.Get($"/v1.0/users/{_cid}?$select=id&$expand=transitiveMemberOf($select=id)");
        Assert.Equal(Texts(_inner, _middle, _outer), cid.GetProperty("transitiveMemberOf").EnumerateArray().Select(group => group.GetProperty("id").GetString()));
        Assert.Equal(2, _company.Get($"/v1.0/groups/{_inner}?$expand=transitiveMemberOf").GetProperty("transitiveMemberOf").GetArrayLength());

        static IEnumerable<string?> Reversed(List<string?> ids) => Enumerable.Reverse(ids);
    }

    // B163.
    [Theory]
    [InlineData("groups/{0}/members", "device", "devices")]
    [InlineData("groups/{0}/members", "servicePrincipal", "servicePrincipals")]
    [InlineData("groups/{0}/transitiveMembers", "orgContact", "contacts")]
    [InlineData("users/{1}/memberOf", "directoryRole", "directoryRoles")]
    [InlineData("groups/{0}/transitiveMemberOf", "administrativeUnit", "administrativeUnits")]
    public void A_kind_that_Berth_has_none_of_answers_an_empty_list(string path, string kind, string set)
    {
        string target = $"/v1.0/{string.Format(path, _outer, _ann)}/microsoft.graph.{kind}";
        JsonElement page = _company.Get($"{target}?$count=true&$select=id,displayName&$filter=displayName eq 'x'", Company.Eventual);
        Assert.Equal(0, page.GetProperty("value").GetArrayLength());
        Assert.Equal(0, page.GetProperty("@odata.count").GetInt32());
        Assert.Equal($"https://graph.test/v1.0/$metadata#{set}(id,displayName)", page.GetProperty("@odata.context").GetString());
        Assert.Equal((200, "0"), _company.Ask($"{target}/$count", Company.Eventual));
    }

    [Fact]
    public void Member_groups_are_transitive_and_can_be_security_groups_only()
    {
        foreach (string function in (string[])["getMemberGroups", "getMemberObjects", "microsoft.graph.getMemberGroups", "GETMEMBERGROUPS()"])
        {
            Assert.Equal(Texts(_inner, _middle, _outer), Ids(Post($"users/{_cid}/{function}", """{"securityEnabledOnly":false}""")));
            Assert.Equal(Texts(_inner, _outer), Ids(Post($"users/{_cid}/{function}", """{"SecurityEnabledOnly":true}""")));
            Assert.Equal(Texts(_inner, _middle, _outer), Ids(Post($"directoryObjects/{_cid}/{function}", "{}")));
            Assert.Equal(Texts(_middle, _outer), Ids(Post($"groups/{_inner}/{function}", """{"securityEnabledOnly":null}""")));
            Assert.Equal(Texts(_middle, _outer), Ids(Post($"directoryObjects/{_inner}/{function}", """{"securityEnabledOnly":false}""")));
        }

        JsonElement answer = Post($"users/{_cid}/getMemberGroups", "{}");
        Assert.Equal("https://graph.test/v1.0/$metadata#Collection(Edm.String)", answer.GetProperty("@odata.context").GetString());
        Assert.Equal(Texts(_inner, _middle, _outer), Ids(Post("me/getMemberGroups", "{}", request => request with
        {
            Caller = request.Caller with { User = new SignedInUser(_cid, "cid@fabrikam.example") },
        })));
    }

    [Fact]
    public void Memberships_are_checked_for_up_to_twenty_ids_and_unknown_ones_are_left_out()
    {
        foreach ((string function, string parameter) in ((string, string)[])[("checkMemberGroups", "groupIds"), ("checkMemberObjects", "ids")])
        {
            string Body(params Guid[] ids) => $$"""{"{{parameter}}":[{{string.Join(',', ids.Select(id => $"\"{id}\""))}}]}""";
            Assert.Equal(Texts(_outer, _inner), Ids(Post($"users/{_cid}/{function}", Body(_outer, Company.NewId(), _inner, _outer, _ann))));
            Assert.Equal(Texts(_outer), Ids(Post($"groups/{_inner}/{function}", Body(_outer, _inner))));
            Assert.Equal(Texts(_outer), Ids(Post($"directoryObjects/{_inner}/{function}", Body(_outer))));
            Assert.Empty(Ids(Post($"users/{_cid}/{function}", Body())));
            Guid[] Many(int count) => [_outer, .. Enumerable.Range(1, count - 1).Select(_ => Company.NewId())];
            Assert.Equal(Texts(_outer), Ids(Post($"users/{_cid}/{function}", Body(Many(GraphLimits.CheckedIds - 1)))));
            Assert.Equal(Texts(_outer), Ids(Post($"users/{_cid}/{function}", Body(Many(GraphLimits.CheckedIds)))));
            Refused($"users/{_cid}/{function}", Body(Many(GraphLimits.CheckedIds + 1)), 400, "valueInvalid", "At most 20 ids can be checked at once.");
            Refused($"users/{_cid}/{function}", "{}", 400, "parameterMissing", parameter);
            Refused($"users/{_cid}/{function}", $$"""{"{{parameter}}":["x"]}""", 400, "guidInvalid", "Invalid object identifier 'x'.");
            Refused($"users/{_cid}/{function}", $$"""{"{{parameter}}":"x"}""", 400, "typeWrong", parameter);
            Refused($"users/{_cid}/{function}", $$"""{"{{parameter}}":[],"other":1}""", 400, "propertyUnknown", "other");
            Refused($"users/nobody@fabrikam.example/{function}", Body(_outer), 404, "resourceNotFound", "nobody@fabrikam.example");
        }
    }

    [Fact]
    public void The_functions_say_what_they_cannot_do()
    {
        Refused($"groups/{_inner}/getMemberGroups", """{"securityEnabledOnly":true}""", 400, "securityEnabledOnlyOfGroup", "for a user only");
        Refused($"users/{_cid}/getMemberGroups", """{"securityEnabledOnly":"yes"}""", 400, "typeWrong", "Edm.Boolean");
        Refused($"users/{_cid}/getMemberGroups", """{"other":1}""", 400, "propertyUnknown", "securityEnabledOnly");
        Refused($"users/{_cid}/getMemberGroups", "", 400, "bodyMissing", "Empty Payload");
        Refused($"directoryObjects/{Company.NewId()}/getMemberGroups", "{}", 404, "resourceNotFound", "does not exist");
        Refused("directoryObjects/cid@fabrikam.example/getMemberGroups", "{}", 404, "resourceNotFound", "does not exist");
    }

    [Fact]
    public void So_many_memberships_that_no_answer_can_hold_them_are_an_error_of_their_own()
    {
        Guid dee = _company.AddUser("dee");
        List<Guid> groups = [];
        void Join(int count)
        {
            while (groups.Count < count)
            {
                groups.Add(_company.AddGroup($"g{groups.Count}", dee));
            }
        }

        Join(GraphLimits.Memberships);
        Assert.Equal(GraphLimits.Memberships, Ids(Post($"users/{dee}/getMemberGroups", "{}")).Length);
        Join(GraphLimits.Memberships + 1);
        JsonElement error = Refused($"users/{dee}/getMemberGroups", "{}", 400, "tooManyMemberships", "11000");
        Assert.Equal("Directory_ResultSizeLimitExceeded", error.GetProperty("code").GetString());
        Assert.Equal(Texts(groups[^1]), Ids(Post($"users/{dee}/checkMemberGroups", $$"""{"groupIds":["{{groups[^1]}}"]}""")));
    }

    // Protocol 1.2: the key by its name, and the alternate key of users.
    [Theory]
    [InlineData("/v1.0/users(userPrincipalName='ann@fabrikam.example')")]
    [InlineData("/v1.0/Users(UserPrincipalName='ANN%40fabrikam.example')")]
    [InlineData("/v1.0/users(id='{ann}')")]
    [InlineData("/v1.0/users(id={ann})")]
    public void A_user_is_found_by_named_keys(string path)
    {
        string target = path.Replace("{ann}", _ann.ToString(), StringComparison.Ordinal);
        Assert.Equal(_ann, _company.Get(target).GetProperty("id").GetGuid());
        Assert.Equal(2, _company.All($"{target}/memberOf").Count);
    }

    private static string[] Texts(params Guid[] ids) => [.. ids.Select(id => id.ToString())];

    private static string[] Ids(JsonElement answer) => [.. answer.GetProperty("value").EnumerateArray().Select(id => id.GetString()!)];

    private string Count(string path)
    {
        (int status, string text) = _company.Ask($"/v1.0/{path}/$count", Company.Eventual);
        Assert.Equal(200, status);
        return text;
    }

    private JsonElement Post(string path, string body, Func<GraphRequest, GraphRequest>? with = null)
    {
        (int status, JsonElement answer) = Send(path, body, with);
        Assert.True(status == 200, answer.ToString());
        return answer;
    }

    private JsonElement Refused(string path, string body, int status, string innerCode, string part)
    {
        (int given, JsonElement answer) = Send(path, body, null);
        Assert.Equal(status, given);
        JsonElement error = answer.GetProperty("error");
        Assert.Equal(innerCode, error.GetProperty("innerError").GetProperty("code").GetString());
        Assert.Contains(part, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        return error;
    }

    private (int Status, JsonElement Answer) Send(string path, string body, Func<GraphRequest, GraphRequest>? with)
    {
        (int status, string text) = _company.Ask($"/v1.0/{path}", request =>
        {
            GraphRequest post = request with { Method = GraphMethod.Post, Body = Encoding.UTF8.GetBytes(body), ContentType = "application/json" };
            return with is null ? post : with(post);
        });
        return (status, JsonDocument.Parse(text).RootElement);
    }

    private Guid Group(string name, bool securityEnabled, params ReadOnlySpan<Guid> members)
    {
        GroupProfile profile = new(Company.NewId(), name, null, name, !securityEnabled, securityEnabled, [], null, Company.Noon);
        _company.Do(new Command.CreateGroup(profile, ValueArray.Create(members)));
        return profile.Id;
    }
}
