using Berth.Graph;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>URL forms that clients really emit (protocol 1.2).</summary>
public sealed class Paths
{
    [Theory]
    [InlineData("/users/ada@fabrikam.example")]
    [InlineData("/users/ada%40fabrikam.example")]
    [InlineData("/users('ada@fabrikam.example')")]
    [InlineData("/users(%27ada%40fabrikam.example%27)")]
    [InlineData("/uSERS/ADA@FABRIKAM.EXAMPLE")]
    [InlineData("//users//ada@fabrikam.example/")]
    public void A_user_is_found_by_every_spelling_of_its_key(string path)
    {
        Company company = Company.Empty();
        Guid ada = company.AddUser("ada");
        Assert.Equal(ada, company.Get("/v1.0" + path).GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("o'brien", "/users/o%27brien@fabrikam.example")]
    [InlineData("o'brien", "/users/o'brien@fabrikam.example")]
    [InlineData("o'brien", "/users('o''brien@fabrikam.example')")]
    [InlineData("$weird", "/users/%24weird%40fabrikam.example")]
    [InlineData("$weird", "/users('%24weird@fabrikam.example')")]
    [InlineData("graph.admin", "/users/graph.admin@fabrikam.example")]
    [InlineData("microsoft.graph.admin", "/users/microsoft.graph.admin@fabrikam.example")]
    [InlineData("delta", "/users('delta@fabrikam.example')")]
    public void A_name_with_special_characters_is_still_a_key(string name, string path)
    {
        Company company = Company.Empty();
        Guid id = company.AddUser(name);
        Assert.Equal(id, company.Get("/v1.0" + path).GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("/groups/{0}/members/graph.user")]
    [InlineData("/groups/{0}/Members/microsoft.graph.user")]
    [InlineData("/groups('{0}')/members/Microsoft.Graph.User")]
    public void A_cast_is_understood_with_both_prefixes(string path)
    {
        Company company = Company.Empty();
        Guid ada = company.AddUser("ada");
        Guid group = company.AddGroup("crew", ada);
        Assert.Equal([ada.ToString()], company.All("/v1.0" + string.Format(null, path, group)));
    }

    [Theory]
    [InlineData("/nothing", "nothing")]
    [InlineData("/users/ada@fabrikam.example/nothing", "nothing")]
    [InlineData("/users/x/licenseDetails/y/z", "z")]
    [InlineData("/microsoft.graph.nothing", "microsoft.graph.nothing")]
    [InlineData("/directory", "directory")]
    [InlineData("/users('x')('y')", null)]
    public void An_unknown_path_names_the_segment_that_leads_nowhere(string path, string? segment)
    {
        if (segment is null)
        {
            Assert.Null(GraphPath.Read(path).Path);
            return;
        }

        (int status, var error) = Company.Empty().Refused("/v1.0" + path);
        Assert.Equal(400, status);
        Assert.Equal("BadRequest", error.GetProperty("code").GetString());
        Assert.Equal($"Resource not found for the segment '{segment}'.", error.GetProperty("message").GetString());
    }

    [Fact]
    public void A_method_that_a_path_does_not_have_is_405()
    {
        (int status, var error) = Company.Empty().Refused("/v1.0/subscribedSkus", request => request with { Method = GraphMethod.Delete });
        Assert.Equal(405, status);
        Assert.Equal("Request_BadRequest", error.GetProperty("code").GetString());
        Assert.Equal("Specified HTTP method is not allowed for the request target.", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("/users/a%00b")]
    [InlineData("/users/a%0Ab")]
    [InlineData("/users/a%2")]
    [InlineData("/users/a%zz")]
    [InlineData("/users/%ff%fe")]
    [InlineData("/users('a")]
    [InlineData("/users('a'b')")]
    [InlineData("/users(a=)")]
    [InlineData("/(x)")]
    public void A_path_that_cannot_be_read_is_refused_with_a_reason(string path) => Assert.NotNull(GraphPath.Read(path).Problem);

    [Fact]
    public void A_path_is_taken_up_to_its_limits_and_refused_above()
    {
        Assert.NotNull(GraphPath.Read("/" + new string('a', GraphLimits.PathCharacters - 1)).Path);
        Assert.Null(GraphPath.Read("/" + new string('a', GraphLimits.PathCharacters)).Path);
        Assert.NotNull(GraphPath.Read(string.Concat(Enumerable.Repeat("/a", GraphLimits.PathSegments))).Path);
        Assert.Null(GraphPath.Read(string.Concat(Enumerable.Repeat("/a", GraphLimits.PathSegments + 1))).Path);
    }

    [Fact]
    public void Me_is_for_people_not_for_applications()
    {
        Company company = Company.Empty();
        Guid ada = company.AddUser("ada");
        (int status, var error) = company.Refused("/v1.0/me");
        Assert.Equal(400, status);
        Assert.Equal("/me request is only valid with delegated authentication flow.", error.GetProperty("message").GetString());
        Assert.Equal(ada, company.Get("/v1.0/me", request => request with
        {
            Caller = request.Caller with { User = new SignedInUser(ada, "ada@fabrikam.example") },
        }).GetProperty("id").GetGuid());
    }

    [Fact]
    public void A_subscription_is_found_by_its_alternate_key()
    {
        Company company = Company.Empty();
        company.Buy(Company.E5, 3);
        string id = company.All("/v1.0/directory/subscriptions").Single()!;
        Assert.Equal(id, company.Get($"/v1.0/directory/subscriptions/{id}").GetProperty("id").GetString());
        Assert.Equal(id, company.Get($"/v1.0/directory/subscriptions(commerceSubscriptionId='{id}')").GetProperty("id").GetString());
        Assert.Equal(404, company.Refused("/v1.0/directory/subscriptions(commerceSubscriptionId='c1')").Status);
    }
}
