using System.Text.Json;
using Berth.Engine.Directory;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Query options over users and groups (L153-L158, protocol 1.2 and 1.3).</summary>
public sealed class Queries
{
    private static Company Staff(int count = 5)
    {
        Company company = Company.Empty();
        for (int i = 0; i < count; i++)
        {
            company.AddUser($"user{i}", user => user with
            {
                DisplayName = $"Person {(char)('E' - (i % 5))}",
                AccountEnabled = i % 2 == 0,
                Attributes = i % 3 == 0 ? user.Attributes : user.Attributes.With(UserAttribute.Department, i % 3 == 1 ? "Sales" : "Research"),
            });
        }

        return company;
    }

    private static string[] Names(Company company, string query) =>
        [.. company.Advanced($"/v1.0/users?{query}", "userPrincipalName").Select(name => name![..name!.IndexOf('@')])];

    [Theory]
    [InlineData("$filter=userPrincipalName eq 'USER3@fabrikam.example'", "user3")]
    [InlineData("$filter=displayName%20eq%20'Person%20E'", "user0")]
    [InlineData("$filter=department+eq+'Sales'", "user1 user4")]
    [InlineData("$filter=department ne 'Sales'", "user0 user2 user3")]
    [InlineData("$filter=department eq null", "user0 user3")]
    [InlineData("$filter=department ne null", "user1 user2 user4")]
    [InlineData("$filter=department in ('Sales','RESEARCH')", "user1 user2 user4")]
    [InlineData("$filter=not(department in ('Sales'))", "user0 user2 user3")]
    [InlineData("$filter=not startsWith(department,'S')", "user2")]
    [InlineData("$filter=startswith(displayName,'person a') or endsWith(userPrincipalName,'0@fabrikam.example')", "user0 user4")]
    [InlineData("$filter=accountEnabled", "user0 user2 user4")]
    [InlineData("$filter=accountEnabled eq false", "user1 user3")]
    [InlineData("$filter=not accountEnabled and department eq 'Sales'", "user1")]
    [InlineData("$filter=ACCOUNTENABLED EQ true AND DEPARTMENT eq 'research'", "user2")]
    [InlineData("filter=department eq 'Research'", "user2")]
    [InlineData("$filter='Sales' eq department", "user1 user4")]
    [InlineData("$filter=id eq 'nobody'", "")]
    [InlineData("$filter=createdDateTime ge 2026-03-02T12:00:00Z and createdDateTime lt 2026-03-03T00:00:00Z&$top=2", "user0 user1 user2 user3 user4")]
    [InlineData("$filter=businessPhones/$count eq 0 and mail eq null", "user0 user1 user2 user3 user4")]
    [InlineData("$filter=onPremisesExtensionAttributes/extensionAttribute7 eq 'x'", "")]
    [InlineData("$filter=true", "user0 user1 user2 user3 user4")]
    [InlineData("$filter=null eq null", "user0 user1 user2 user3 user4")]
    [InlineData("$orderby=displayName", "user4 user3 user2 user1 user0")]
    [InlineData("$orderby=displayName desc", "user0 user1 user2 user3 user4")]
    [InlineData("$orderby=department desc,userPrincipalName&$top=2", "user1 user4 user2 user0 user3")]
    [InlineData("$orderby=accountEnabled,displayName&$top=1", "user3 user1 user4 user2 user0")]
    public void A_query_takes_the_right_users_in_the_right_order(string query, string expected) =>
        Assert.Equal(expected, string.Join(' ', Names(Staff(), query)));

    [Theory]
    [InlineData("$filter=displayName eq 'ΕΛΈΝΗ Größe 🦜'", 0)]
    [InlineData("$filter=displayName ne 'ελένη GRÖßE 🦜'", 1)]
    [InlineData("$filter=startswith(displayName,'ελ')", 0)]
    [InlineData("$filter=endswith(mail,'GRÖßE')", 0)]
    [InlineData("$filter=startswith(department,'日本')", 1)]
    [InlineData("$search=\"displayName:GRÖ\"", 0)]
    [InlineData("$search=\"department:日\"", 1)]
    public void A_name_in_any_script_is_found_and_written_as_it_was_given(string query, int expected)
    {
        string[] names = ["Ελένη Größe 🦜", $"\"<&+>\" é {new string('語', 200)}"];
        Company company = Company.Empty();
        company.AddUser("user0", user => user with { DisplayName = names[0], Attributes = user.Attributes.With(UserAttribute.Mail, "ελένη@größe") });
        company.AddUser("user1", user => user with { DisplayName = names[1], Attributes = user.Attributes.With(UserAttribute.Department, "日本") });

        Assert.Equal([names[expected]], company.Advanced($"/v1.0/users?{query}", "displayName"));
    }

    [Theory]
    [InlineData("$filter=noSuchProperty eq 'x'", "BadRequest", "Could not find a property named 'noSuchProperty' on type 'microsoft.graph.user'")]
    [InlineData("$select=id,noSuchProperty", "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named 'noSuchProperty' on type 'microsoft.graph.user'")]
    [InlineData("$expand=noSuchRelation", "BadRequest", "noSuchRelation")]
    [InlineData("$orderby=noSuchProperty", "BadRequest", "noSuchProperty")]
    [InlineData("$filter=displayName eq", "BadRequest", "Invalid filter clause")]
    [InlineData("$filter=displayName eq 'x", "BadRequest", "Invalid filter clause")]
    [InlineData("$filter=accountEnabled eq 'x'", "BadRequest", "Invalid filter clause")]
    [InlineData("$filter=displayName eq 5", "BadRequest", "Invalid filter clause")]
    [InlineData("$filter=displayName", "BadRequest", "Invalid filter clause")]
    [InlineData("$filter=contains(displayName,'x')", "Request_UnsupportedQuery", "Filter operator 'Contains' is not supported.")]
    [InlineData("$filter=assignedLicenses/all(x:x/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", "Request_UnsupportedQuery", "")]
    [InlineData("$filter=length(displayName) eq 3", "Request_UnsupportedQuery", "")]
    [InlineData("$filter=assignedLicenses/any(x:x/skuId eq 'not-a-guid')", "BadRequest", "Invalid filter clause")]
    [InlineData("$top=0", "Request_UnsupportedQuery", "Invalid page size specified: '0'. Must be between 1 and 999 inclusive.")]
    [InlineData("$top=1000", "Request_UnsupportedQuery", "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.")]
    [InlineData("$top=-1", "Request_UnsupportedQuery", "'-1'")]
    [InlineData("$top=x", "BadRequest", "'x'")]
    [InlineData("$count=maybe", "BadRequest", "maybe")]
    [InlineData("$skip=5", "Request_UnsupportedQuery", "$skip")]
    [InlineData("$apply=x", "BadRequest", "$apply")]
    [InlineData("$filter=", "BadRequest", "$filter")]
    [InlineData("$top=1&$top=2", "BadRequest", "more than once")]
    [InlineData("$skiptoken=abc", "BadRequest", "$skiptoken")]
    [InlineData("$skiptoken=WzEwLCJ4Il0", "BadRequest", "$skiptoken")]
    public void A_query_that_cannot_be_done_says_what_is_wrong(string query, string code, string part)
    {
        (int status, JsonElement error) = Staff().Refused($"/v1.0/users?{query}", Company.Eventual);
        Assert.Equal(400, status);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(part, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("c-1", error.GetProperty("innerError").GetProperty("client-request-id").GetString());
    }

    [Fact]
    public void A_filter_is_read_up_to_its_longest_and_refused_above()
    {
        Company company = Staff();
        string Filter(int length) => $"displayName eq '{new string('x', length - "displayName eq ''".Length)}'";
        Assert.Empty(Names(company, "$filter=" + Filter(GraphLimits.FilterCharacters - 1)));
        Assert.Empty(Names(company, "$filter=" + Filter(GraphLimits.FilterCharacters)));
        (int status, JsonElement error) = company.Refused("/v1.0/users?$filter=" + Filter(GraphLimits.FilterCharacters + 1));
        Assert.Equal(400, status);
        Assert.Contains(GraphLimits.FilterCharacters.ToString(), error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, company.Refused("/v1.0/users?$filter=" + Filter(10_000)).Status);
    }

    [Theory]
    [InlineData("(", "accountEnabled", ")")]
    [InlineData("not (", "accountEnabled", ")")]
    [InlineData("not ", "accountEnabled", "")]
    public void A_filter_nests_up_to_its_deepest_and_is_refused_above(string open, string inner, string close)
    {
        Company company = Staff();
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));
        int most = open == "not (" ? GraphLimits.FilterDepth / 2 : GraphLimits.FilterDepth;
        foreach (int levels in (int[])[1, 2, most - 1, most])
        {
            bool turned = open != "(" && levels % 2 == 1;
            Assert.Equal(turned ? "user1 user3" : "user0 user2 user4", string.Join(' ', Names(company, "$filter=" + Nested(levels))));
        }

        Assert.Equal(400, company.Refused("/v1.0/users?$filter=" + Nested(most + 1)).Status);
    }

    [Fact]
    public void The_longest_and_deepest_filters_do_not_exhaust_a_small_stack()
    {
        Company company = Staff();
        string chain = "id eq ''";
        while (chain.Length + " or id eq ''".Length <= GraphLimits.FilterCharacters)
        {
            chain += " or id eq ''";
        }

        string tail = "accountEnabled";
        while (tail.Length + "id eq '' or ()".Length <= GraphLimits.FilterCharacters && tail.Count(c => c == '(') < GraphLimits.FilterDepth)
        {
            tail = $"id eq '' or ({tail})";
        }

        string[] filters = [chain, tail, string.Concat(Enumerable.Repeat("not ", GraphLimits.FilterDepth)) + "accountEnabled", new string('(', GraphLimits.FilterCharacters)];
        foreach (string filter in filters)
        {
            int status = 0;
            Thread small = new(() => status = company.Ask("/v1.0/users?$count=true&$filter=" + filter, Company.Eventual).Status, 512 * 1024);
            small.Start();
            small.Join();
            Assert.True(status is 200 or 400, filter[..40]);
        }
    }

    [Fact]
    public void Pages_follow_each_other_without_gap_or_repetition()
    {
        Company company = Staff(23);
        string[] expected = [.. Enumerable.Range(0, 23).Select(i => $"user{i}")];
        foreach (int size in (int[])[1, 2, 7, 22, 23, 24, 999])
        {
            Assert.Equal(expected, Names(company, $"$top={size}"));
        }

        Assert.Equal(23, Names(company, "$top=4&$orderby=department,displayName desc").Distinct().Count());

        // B166: many have the same department.
        foreach ((string order, string opposite) in ((string, string)[])[("department", "department desc"), ("department,accountEnabled desc", "department desc,accountEnabled")])
        {
            Assert.Equal(Names(company, $"$orderby={order}").Reverse(), Names(company, $"$top=4&$orderby={opposite}"));
        }

        Assert.Equal(expected.Where((_, i) => i % 3 == 1), Names(company, "$top=2&$filter=department eq 'Sales'&$count=true"));
    }

    // L158.
    [Fact]
    public void A_page_is_a_hundred_without_top_and_the_link_repeats_the_query_on_the_host_that_was_asked()
    {
        Company company = Staff(101);
        JsonElement page = company.Get("/v1.0/users?$select=id&x-custom=1");
        Assert.Equal(100, page.GetProperty("value").GetArrayLength());
        Assert.StartsWith("https://graph.test/v1.0/users?$select=id&x-custom=1&$skiptoken=", page.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.Equal(101, company.All("/v1.0/users?$select=id&x-custom=1").Distinct().Count());
    }

    [Fact]
    public void A_user_deleted_between_pages_leaves_no_gap()
    {
        Company company = Staff(6);
        JsonElement first = company.Get("/v1.0/users?$top=3");
        company.Do(new Engine.Command.DeleteUser(first.GetProperty("value")[2].GetProperty("id").GetGuid()));
        JsonElement second = company.Get(first.GetProperty("@odata.nextLink").GetString()!["https://graph.test".Length..]);
        Assert.Equal(["user3", "user4", "user5"], second.GetProperty("value").EnumerateArray().Select(u => u.GetProperty("userPrincipalName").GetString()![..5]));
    }

    [Fact]
    public void A_count_stands_on_the_first_page_and_counts_what_the_filter_takes()
    {
        Company company = Staff(23);
        JsonElement Get(string target) => company.Get(target, Company.Eventual);
        Assert.Equal(23, Get("/v1.0/users?$count=true&$top=1").GetProperty("@odata.count").GetInt32());
        JsonElement page = Get("/v1.0/users?$count=true&$top=1&$filter=department eq 'Sales'");
        Assert.Equal(8, page.GetProperty("@odata.count").GetInt32());
        Assert.False(Get(page.GetProperty("@odata.nextLink").GetString()!["https://graph.test".Length..]).TryGetProperty("@odata.count", out _));
        Assert.False(Get("/v1.0/users").TryGetProperty("@odata.count", out _));
        Assert.Equal(23, Get("/v1.0/users?$count=true&$orderby=displayName&$top=1").GetProperty("@odata.count").GetInt32());
        Assert.Equal((200, "23"), company.Ask("/v1.0/users/$count", Company.Eventual));
        Assert.Equal((200, "8"), company.Ask("/v1.0/users/$count?$filter=department eq 'Sales'", Company.Eventual));
    }

    // L11.
    [Fact]
    public void Without_select_a_user_shows_the_documented_eleven_and_nothing_of_licenses()
    {
        JsonElement user = Staff(1).Get("/v1.0/users").GetProperty("value")[0];
        Assert.Equal(
            ["businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"],
            user.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Select_ignores_case_and_repetition_and_shows_just_what_it_names()
    {
        Company company = Staff(1);
        JsonElement page = company.Get("/v1.0/users?$select=Id,displayname,id,licenseAssignmentStates");
        Assert.Equal("https://graph.test/v1.0/$metadata#users(id,displayName,licenseAssignmentStates)", page.GetProperty("@odata.context").GetString());
        Assert.Equal(["id", "displayName", "licenseAssignmentStates"], page.GetProperty("value")[0].EnumerateObject().Select(p => p.Name));
        string id = page.GetProperty("value")[0].GetProperty("id").GetString()!;
        JsonElement one = company.Get($"/beta/users/{id}?$select=usageLocation");
        Assert.Equal($"https://graph.test/beta/$metadata#users(usageLocation)/$entity", one.GetProperty("@odata.context").GetString());
        Assert.Equal(["@odata.context", "usageLocation"], one.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Without_metadata_only_links_and_counts_are_left()
    {
        Company company = Staff(3);
        Guid group = company.AddGroup("crew", [.. company.All("/v1.0/users").Select(Guid.Parse!)]);
        JsonElement page = company.Get($"/v1.0/groups/{group}/members?$top=1&$count=true", request => Company.Eventual(request) with { WithoutMetadata = true });
        Assert.Equal(["@odata.count", "@odata.nextLink", "value"], page.EnumerateObject().Select(p => p.Name));
        Assert.False(page.GetProperty("value")[0].TryGetProperty("@odata.type", out _));
    }

    [Fact]
    public void The_same_query_is_parsed_once_and_the_memory_of_queries_is_bounded()
    {
        Berth.Graph.Queries.RecentlyUsed<int> memory = new(3);
        foreach (int i in (int[])[1, 2, 3])
        {
            memory.Put($"{i}", i);
        }

        Assert.True(memory.TryGet("1", out _));
        memory.Put("4", 4);
        Assert.Equal(3, memory.Count);
        Assert.False(memory.TryGet("2", out _));
        Assert.True(memory.TryGet("1", out int one) && one == 1);
        memory.Put("1", 11);
        Assert.True(memory.TryGet("1", out one) && one == 11);
        Assert.Equal(3, memory.Count);
    }
}
