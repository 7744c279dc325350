using System.Text.Json;
using Berth.Engine.Directory;
using Berth.Graph.Reads;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>What the directory answers only with <c>ConsistencyLevel: eventual</c> and <c>$count=true</c>, and its words without (L153-L157).</summary>
public sealed class AdvancedQueries
{
    private const string Missing =
        " is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. "
        + "Refer to https://aka.ms/graph-docs/advanced-queries for more information";

    private static readonly Company People = Make();

    // L153, L154, L155, L156, L157.
    [Theory]
    [InlineData("users", "$filter=accountEnabled ne true", "Filter operator 'NotEqualsMatch' is not supported.")]
    [InlineData("users", "$filter=companyName ne null and NOT(companyName eq 'Microsoft')", "Filter operator 'NotEqualsMatch' is not supported.")]
    [InlineData("users", "$filter=not(startsWith(displayName,'a'))", "Operator 'not'" + Missing)]
    [InlineData("users", "$filter=not assignedLicenses/any(x:x/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", "Operator 'not'" + Missing)]
    [InlineData("users", "$filter=endsWith(userPrincipalName,'@fabrikam.example')", "Operator 'endsWith'" + Missing)]
    [InlineData("users", "$filter=otherMails/any(m:endswith(m,'x.example'))", "Operator 'endsWith'" + Missing)]
    [InlineData("users", "$filter=assignedLicenses/$count eq 0", "Operator '$count'" + Missing)]
    [InlineData("users", "$filter=department eq 'Sales' and assignedLicenses/$count ne 0", "Operator '$count'" + Missing)]
    [InlineData("users", "$filter=ownedObjects/$count eq 0", "Operator '$count'" + Missing)]
    [InlineData("groups", "$filter=owners/$count eq 0 or owners/$count eq 1", "Operator '$count'" + Missing)]
    [InlineData("users", "$filter=companyName eq 'x'", "Unsupported or invalid query filter clause specified for property 'companyName' of resource 'User'.")]
    [InlineData("users", "$filter=companyName in ('x')", "Unsupported or invalid query filter clause specified for property 'companyName' of resource 'User'.")]
    [InlineData("users", "$filter=startsWith(mobilePhone,'254')", "Unsupported or invalid query filter clause specified for property 'mobilePhone' of resource 'User'.")]
    [InlineData("users", "$filter=onPremisesExtensionAttributes/extensionAttribute3 eq 'x'", "Unsupported or invalid query filter clause specified for property 'onPremisesExtensionAttributes' of resource 'User'.")]
    [InlineData("users", "$filter=employeeHireDate ge 2020-01-01T00:00:00Z", "Unsupported or invalid query filter clause specified for property 'employeeHireDate' of resource 'User'.")]
    [InlineData("users", "$filter=department eq null", "Unsupported or invalid query filter clause specified for property 'department' of resource 'User'.")]
    [InlineData("users", "$filter=null eq department", "Unsupported or invalid query filter clause specified for property 'department' of resource 'User'.")]
    [InlineData("users", "$filter=startsWith(displayName,'a')&$orderby=displayName", "Sorting not supported for current query.")]
    [InlineData("users", "$orderby=createdDateTime desc", "Unsupported sort property 'createdDateTime' for 'User'.")]
    [InlineData("users", "$orderby=displayName,department", "Unsupported sort property 'department' for 'User'.")]
    [InlineData("users", "$search=\"displayName:ann\"", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")]
    [InlineData("groups", "$filter=description eq 'x'", "Unsupported or invalid query filter clause specified for property 'description' of resource 'Group'.")]
    [InlineData("groups", "$filter=createdDateTime ge 2021-11-01T00:00:00Z", "Unsupported or invalid query filter clause specified for property 'createdDateTime' of resource 'Group'.")]
    [InlineData("groups", "$filter=mailEnabled eq true and not(groupTypes/any(t:t eq 'Unified'))", "Operator 'not'" + Missing)]
    [InlineData("groups", "$orderby=createdDateTime", "Unsupported sort property 'createdDateTime' for 'Group'.")]
    [InlineData("groups/{crew}/members", "$filter=id ne 'x'", "Filter operator 'NotEqualsMatch' is not supported.")]
    [InlineData("groups/{crew}/members/microsoft.graph.user", "$orderby=displayName&$filter=accountEnabled eq true", "Sorting not supported for current query.")]
    [InlineData("groups/{crew}/transitiveMembers/microsoft.graph.user", "$select=id", "OData cast 'microsoft.graph.user'" + Missing)]
    [InlineData("users/ann@fabrikam.example/transitiveMemberOf/graph.group", "", "OData cast 'microsoft.graph.group'" + Missing)]
    public void A_query_for_advanced_queries_only_is_refused_without_the_header_or_the_count_and_answered_with_both(string path, string query, string message)
    {
        string target = $"/v1.0/{Path(path)}?{query}";
        bool searches = query.StartsWith("$search", StringComparison.Ordinal);
        List<(string Target, bool Header)> without = [(target, false), ($"{target}&$count=true", false)];
        if (!searches)
        {
            without.Add((target, true));
            without.Add(($"{target}&$count=false", true));
        }

        foreach ((string asked, bool header) in without)
        {
            (int status, JsonElement error) = People.Refused(asked, header ? Company.Eventual : null);
            Assert.Equal((400, "Request_UnsupportedQuery", message), (status, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
            Assert.Equal("advancedQueryNeeded", error.GetProperty("innerError").GetProperty("code").GetString());
            Assert.Contains("ConsistencyLevel: eventual", error.GetProperty("details")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.True(People.Get($"{target}&$count=true", Company.Eventual).TryGetProperty("@odata.count", out _));
        Assert.Equal(searches ? 200 : 400, People.Ask(target, Company.Eventual).Status);
    }

    [Theory]
    [InlineData("users", "$filter=accountEnabled eq false")]
    [InlineData("users", "$filter=department eq 'Sales' or startsWith(displayName,'a') and usageLocation in ('US','DE')")]
    [InlineData("users", "$filter=assignedLicenses/any(x:x/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)")]
    [InlineData("users", "$filter=assignedPlans/any(x:x/servicePlanId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)")]
    [InlineData("users", "$filter=createdDateTime ge 2021-11-01 and createdDateTime le 2031-11-01T00:00:00Z")]
    [InlineData("users", "$filter=otherMails/any(m:startswith(m,'ann'))")]
    [InlineData("users", "$filter=userType eq 'Member'")]
    [InlineData("users", "$orderby=displayName desc")]
    [InlineData("users", "$orderby=userPrincipalName")]
    [InlineData("users", "$expand=manager&$select=id")]
    [InlineData("groups", "$filter=groupTypes/any(c:c+eq+'Unified')")]
    [InlineData("groups", "$filter=securityEnabled eq true and mailEnabled eq false")]
    [InlineData("groups", "$filter=hasMembersWithLicenseErrors eq true")]
    [InlineData("groups", "$orderby=displayName")]
    [InlineData("groups/{crew}/members/microsoft.graph.user", "$select=id")]
    [InlineData("groups/{crew}/transitiveMembers", "$select=id")]
    public void What_works_by_default_needs_no_header_and_takes_the_same_with_it(string path, string query)
    {
        string target = $"/v1.0/{Path(path)}?{query}";
        string?[] byDefault = [.. People.All(target)];
        Assert.Equal(byDefault, People.Advanced(target));
        Assert.Equal(byDefault, People.All(target, with: Company.Eventual));
    }

    [Theory]
    [InlineData("$filter=endsWith(displayName,'n')", "Unsupported or invalid query filter clause specified for property 'displayName' of resource 'User'.")]
    [InlineData("$filter=contains(displayName,'n')", "Filter operator 'Contains' is not supported.")]
    [InlineData("$filter=department eq 'Sales' or not contains(displayName,'n')", "Filter operator 'Contains' is not supported.")]
    public void What_the_directory_never_does_is_refused_in_an_advanced_query_too(string query, string message)
    {
        foreach (Func<Berth.Graph.Requests.GraphRequest, Berth.Graph.Requests.GraphRequest>? with in (Func<Berth.Graph.Requests.GraphRequest, Berth.Graph.Requests.GraphRequest>?[])[null, Company.Eventual])
        {
            (int status, JsonElement error) = People.Refused($"/v1.0/users?{query}&$count=true", with);
            Assert.Equal((400, "Request_UnsupportedQuery", message), (status, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        }
    }

    [Fact]
    public void A_property_that_is_not_in_the_table_cannot_be_filtered_by()
    {
        (int status, JsonElement error) = People.Refused("/v1.0/groups?$count=true&$filter=visibility eq 'Public'", Company.Eventual);
        Assert.Equal(400, status);
        Assert.Equal("Unsupported or invalid query filter clause specified for property 'visibility' of resource 'Group'.", error.GetProperty("message").GetString());
    }

    [Fact]
    public void Every_row_of_the_tables_is_a_property_there_is()
    {
        Assert.DoesNotContain(DirectoryCapabilities.User.Properties, name => DirectoryShapes.User.Find(name)?.Name != name);
        Assert.DoesNotContain(DirectoryCapabilities.Group.Properties, name => DirectoryShapes.Group.Find(name)?.Name != name);
        Assert.Equal(
            DirectoryCapabilities.User.Properties.Union(DirectoryCapabilities.Group.Properties).Order(StringComparer.Ordinal),
            DirectoryCapabilities.Member.Properties.Order(StringComparer.Ordinal));
    }

    // The examples of Microsoft's pages, letter by letter (L153-L157, L159a).
    [Theory]
    [InlineData("me/transitiveMemberOf/microsoft.graph.group?$count=true", 1)]
    [InlineData("users?$filter=startsWith(mobilePhone, '25478') OR startsWith(mobilePhone, '25473')&$count=true", 0)]
    [InlineData("users?$count=true&$filter=proxyAddresses/any (p:endsWith(p, 'OnMicrosoft.com'))&$select=id,displayName,proxyaddresses", 0)]
    [InlineData("groups?$orderby=displayName&$filter=startsWith( displayName, 'cr')&$count=true", 1)]
    [InlineData("users?$filter=NOT startsWith(displayName, 'Conf')&$count=true", 4)]
    [InlineData("users?$filter=companyName ne null and NOT(companyName eq 'Microsoft')&$count=true", 4)]
    [InlineData("users?$filter=assignedPlans/any(a:a/servicePlanId eq 2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2 and a/capabilityStatus eq 'Suspended')&$count=true", 0)]
    [InlineData("users?$count=true&$filter=endsWith(mail,'@hotmail.com')", 0)]
    [InlineData("groups?$count=true&$filter=hasMembersWithLicenseErrors+eq+true&$select=id,displayName", 0)]
    [InlineData("groups/?$search=\"displayName:OneVideo\" OR \"mail:onevideo\"", 0)]
    [InlineData("groups/?$filter=mailEnabled eq true&$search=\"displayName:OneVideo\"", 0)]
    [InlineData("groups?$search=\"description:One\" AND (\"displayName:Video\" OR \"displayName:Drive\")", 0)]
    [InlineData("users?$search=\"displayName:ann\"&$orderby=displayName&$count=true", 1)]
    [InlineData("users/ann@fabrikam.example/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$search=\"displayName:crew\"&$select=displayName,id", 1)]
    [InlineData("users/ann@fabrikam.example/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName, 'c')", 1)]
    [InlineData("groups/{crew}/transitivemembers/microsoft.graph.group?$count=true", 0)]
    [InlineData("groups/{crew}/transitiveMembers/microsoft.graph.user?$count=true&$orderBy=displayName&$filter=startswith(displayName, 'a')", 1)]
    [InlineData("groups/{crew}/transitiveMembers/microsoft.graph.user?$count=true&$orderBy=displayName&$search=\"displayName:bob\"&$select=displayName,id", 1)]
    public void Every_documented_example_is_answered(string target, int expected)
    {
        Guid ann = People.Tenant.Users[0]!.Id;
        JsonElement page = People.Get($"/v1.0/{Path(target)}", request => Company.Eventual(request) with
        {
            Caller = request.Caller with { User = new Berth.Graph.Requests.SignedInUser(ann, "ann@fabrikam.example") },
        });
        Assert.Equal(expected, page.GetProperty("value").GetArrayLength());
    }

    // L154.
    [Theory]
    [InlineData("users/$count")]
    [InlineData("groups/$count")]
    [InlineData("groups/{crew}/members/$count")]
    [InlineData("groups/{crew}/members/microsoft.graph.user/$count")]
    [InlineData("groups/{crew}/transitiveMembers/$count?$filter=accountEnabled eq true")]
    [InlineData("users/ann@fabrikam.example/memberOf/$count")]
    [InlineData("users/ann@fabrikam.example/transitiveMemberOf/microsoft.graph.group/$count")]
    public void A_count_without_the_header_is_not_currently_supported(string path)
    {
        (int status, JsonElement error) = People.Refused($"/v1.0/{Path(path)}");
        Assert.Equal((400, "Request_BadRequest", "$count is not currently supported."), (status, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        (status, string count) = People.Ask($"/v1.0/{Path(path)}", Company.Eventual);
        Assert.Equal(200, status);
        Assert.True(int.TryParse(count, out _), count);
    }

    // L154: the option is dropped without a word.
    [Theory]
    [InlineData("users")]
    [InlineData("groups")]
    [InlineData("groups/{crew}/members")]
    [InlineData("users/ann@fabrikam.example/memberOf")]
    public void A_count_option_without_the_header_is_silently_ignored(string path)
    {
        string target = $"/v1.0/{Path(path)}?$count=true";
        Assert.False(People.Get(target).TryGetProperty("@odata.count", out _));
        Assert.True(People.Get(target, Company.Eventual).TryGetProperty("@odata.count", out _));
    }

    [Fact]
    public void An_expansion_and_an_advanced_query_exclude_each_other()
    {
        const string Target = "/v1.0/users?$expand=memberOf&$count=true&$filter=";
        Assert.Equal(200, People.Ask(Target + "accountEnabled eq true", Company.Eventual).Status);
        (int status, JsonElement error) = People.Refused(Target + "accountEnabled ne true", Company.Eventual);
        Assert.Equal((400, "The query option '$expand' is not supported in advanced queries."), (status, error.GetProperty("message").GetString()));
        Assert.Equal("Filter operator 'NotEqualsMatch' is not supported.", People.Refused(Target + "accountEnabled ne true").Error.GetProperty("message").GetString());
    }

    // B160: page iterators do not repeat the header.
    [Fact]
    public void The_pages_after_the_first_of_an_advanced_query_need_no_header()
    {
        JsonElement page = People.Get("/v1.0/users?$filter=displayName ne 'x'&$orderby=displayName&$count=true&$top=2", Company.Eventual);
        Assert.Equal(4, page.GetProperty("@odata.count").GetInt32());
        string next = page.GetProperty("@odata.nextLink").GetString()!["https://graph.test".Length..];
        Assert.Equal(2, People.Get(next).GetProperty("value").GetArrayLength());
    }

    // B161: Berth's own interface and what is no directory object know nothing of the header.
    [Fact]
    public void What_is_no_directory_object_asks_for_no_header()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 1);
        foreach (string target in (string[])["/v1.0/directory/subscriptions", "/v1.0/subscribedSkus"])
        {
            Assert.Single(company.All(target));
        }

        Assert.Equal(
            "Request_UnsupportedQuery", company.Refused("/v1.0/directory/subscriptions?$search=\"skuPartNumber:x\"", Company.Eventual).Error.GetProperty("code").GetString());
    }

    // What the unmodified m365 11.11 sends (protocol 4.4), with the headers it sends.
    [Theory]
    [InlineData("users?$filter=userPrincipalName eq 'ann%40fabrikam.example'&$select=Id", false, 1)]
    [InlineData("users?$filter=mail eq 'ann%40fabrikam.example'&$select=id", false, 0)]
    [InlineData("users?$select=id,userPrincipalName&$filter=startsWith(displayName, 'a') and userType eq 'Member'", false, 1)]
    [InlineData("users?$filter=startsWith(jobTitle, 'a')", false, 0)]
    [InlineData("groups?$filter=groupTypes/any(c:c+eq+'Unified')", false, 0)]
    [InlineData("groups?$filter=securityEnabled eq true and mailEnabled eq false", false, 1)]
    [InlineData("groups?$filter=securityEnabled eq false and mailEnabled eq true and not(groupTypes/any(t:t eq 'Unified'))&$count=true", true, 0)]
    [InlineData("groups?$filter=securityEnabled eq true and mailEnabled eq true and not(groupTypes/any(t:t eq 'Unified'))&$count=true", true, 0)]
    [InlineData("groups?$filter=displayName eq 'crew'&$select=id", false, 1)]
    [InlineData("groups?$filter=mailNickname eq 'crew'&$select=id", false, 1)]
    [InlineData("groups/{crew}/Members?$select=id,displayName,userPrincipalName,givenName,surname", false, 4)]
    [InlineData("groups/{crew}/Owners?$select=id,displayName,userPrincipalName,givenName,surname", false, 0)]
    [InlineData("groups/{crew}/Members?$select=id,displayName&$filter=userType%20eq%20'Member'&$count=true", true, 4)]
    [InlineData("groups/{crew}/members/microsoft.graph.user?$select=id", false, 4)]
    [InlineData("groups/{crew}/owners/microsoft.graph.user?$select=id", false, 0)]
    [InlineData("groups/{crew}/Members/microsoft.graph.user?$select=id,displayName&$filter=startsWith(displayName,'a')&$count=true", true, 1)]
    public void Every_query_of_m365_is_answered(string target, bool eventual, int expected)
    {
        JsonElement page = People.Get($"/v1.0/{Path(target)}", request => request with { EventualConsistency = eventual, WithoutMetadata = true });
        Assert.Equal(expected, page.GetProperty("value").GetArrayLength());
    }

    private static string Path(string path) => path.Replace("{crew}", People.Tenant.Groups[0].Id.ToString(), StringComparison.Ordinal);

    private static Company Make()
    {
        Company company = Company.Empty();
        Guid[] users = [.. ((string[])["ann", "bob", "cid", "dee"]).Select((name, i) => company.AddUser(name, user => user with
        {
            AccountEnabled = i != 3,
            Attributes = default(UserAttributes).With(UserAttribute.CompanyName, "x").With(UserAttribute.OtherMails, $"{name}@x.example"),
        }))];
        company.AddGroup("crew", users);
        return company;
    }
}
