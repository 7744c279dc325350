using System.Globalization;
using System.Net;
using Xunit;
using static Berth.Conformance.Tests.BadInput.UnderTest;

namespace Berth.Conformance.Tests.BadInput;

/// <summary>Paths, methods and queries that lead nowhere (protocol 1.2, 1.5; L158).</summary>
[Collection(nameof(UnderTest))]
public sealed class Addresses(UnderTest target)
{
    private const string NoCharacter = "The path has a percent sign that does not stand for a character, or stands for one that no name has.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1.0/users/%00", NoCharacter)]
    [InlineData("/v1.0/users/a%00b/assignLicense", NoCharacter)]
    [InlineData("/v1.0/users/%0d%0aSet-Cookie", NoCharacter)]
    [InlineData("/v1.0/users/%7f", NoCharacter)]
    [InlineData("/v1.0/users/%ff", NoCharacter)]
    [InlineData("/v1.0/users/%c0%af", NoCharacter)]
    [InlineData("/v1.0/users('x", "The segment 'users('x' has parentheses that cannot be read as a key or as arguments.")]
    [InlineData("/v1.0/users('x'y')", "The segment 'users('x'y')' has parentheses that cannot be read as a key or as arguments.")]
    [InlineData("/v1.0/(x)", "The segment '(x)' has parentheses that cannot be read as a key or as arguments.")]
    [InlineData("/v1.0/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", "The path has more than 16 segments.")]
    public async Task A_path_that_cannot_be_read_is_refused(string path, string message) => await RefusedAsync(400, "BadRequest", "pathInvalid", message, "GET", path);

    [Theory]
    [InlineData("/v1.0/nothing", "nothing")]
    [InlineData("/v1.0", "")]
    [InlineData("/beta/users/USER/nothing", "nothing")]
    [InlineData("/v1.0/users/USER/assignLicense/again", "again")]
    [InlineData("/v1.0/directory/subscriptions(name='x')", "subscriptions")]
    [InlineData("/berth/v1/nothing", "nothing")]
    [InlineData("/v2.0/users", "v2.0")]
    [InlineData("/nowhere", "nowhere")]
    [InlineData("/v1.0users", "v1.0users")]
    public async Task A_path_that_leads_nowhere_names_the_segment(string path, string segment) =>
        await RefusedAsync(400, "BadRequest", "pathUnknown", $"Resource not found for the segment '{segment}'.", "GET", target.Fill(path));

    [Theory]
    [InlineData("/v1.0/users/o%27brien%40contoso.example", "o'brien@contoso.example")]
    [InlineData("/v1.0/users('o''brien@contoso.example')", "o'brien@contoso.example")]
    [InlineData("/v1.0/users/%22%3Cscript%3E%22@contoso.example", "\"<script>\"@contoso.example")]
    [InlineData("/v1.0/users/'%20or%20'1'%20eq%20'1", "' or '1' eq '1")]
    [InlineData("/v1.0/users/..%2f..%2fetc%2fpasswd", "../../etc/passwd")]
    [InlineData("/v1.0/users/00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000")]
    [InlineData("/v1.0/users/%F0%9F%92%BB", "\U0001F4BB")]
    public async Task A_name_with_quotes_or_worse_is_a_name_that_nobody_has(string path, string name)
    {
        string message = $"Resource '{name}' does not exist or one of its queried reference-property objects are not present.";
        await RefusedAsync(404, "Request_ResourceNotFound", "resourceNotFound", message, "GET", path);
        await RefusedAsync(404, "Request_ResourceNotFound", "resourceNotFound", message, "DELETE", path);
        await RefusedAsync(404, "Request_ResourceNotFound", "resourceNotFound", message, "POST", path + "/assignLicense", """{"addLicenses":[],"removeLicenses":[]}""");
    }

    [Fact]
    public async Task A_path_has_4096_characters_and_no_more()
    {
        foreach (int length in (int[])[4095, 4096])
        {
            string name = new('x', length - "/users/".Length);
            await RefusedAsync(
                404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
                "GET", $"/v1.0/users/{name}");
        }

        await RefusedAsync(400, "BadRequest", "pathInvalid", "The path is longer than 4096 characters.", "GET", $"/v1.0/users/{new string('x', 4097 - "/users/".Length)}");
    }

    [Theory]
    [InlineData("GET", "/v1.0/users/USER/assignLicense", "POST")]
    [InlineData("DELETE", "/v1.0/users", "GET, POST")]
    [InlineData("PUT", "/v1.0/users/USER", "GET, PATCH, DELETE")]
    [InlineData("POST", "/v1.0/subscribedSkus", "GET")]
    [InlineData("BREW", "/v1.0/groups/GROUP", "GET, PATCH, DELETE")]
    [InlineData("OPTIONS", "/beta/organization", "GET")]
    [InlineData("GET", "/v1.0/$batch", "POST")]
    [InlineData("PATCH", "/berth/v1/clock", "GET, POST")]
    public async Task A_method_that_a_path_does_not_have_is_refused_with_those_it_has(string method, string path, string allowed)
    {
        using HttpRequestMessage request = Request(method, target.Fill(path));
        using HttpResponseMessage answer = await target.RefusedAsync(
            request, 405, "Request_BadRequest", "methodNotAllowed", "Specified HTTP method is not allowed for the request target.");
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("$top=-1", "Request_UnsupportedQuery", "queryUnsupported", "Invalid page size specified: '-1'. Must be between 1 and 999 inclusive.")]
    [InlineData("$top=ten", "BadRequest", "queryInvalid", "Invalid value 'ten' for $top query option found. The $top query option requires a non-negative integer value.")]
    [InlineData("$top=99999999999999999999", "BadRequest", "queryInvalid", "Invalid value '99999999999999999999' for $top query option found. The $top query option requires a non-negative integer value.")]
    [InlineData("$top=1&$top=2", "BadRequest", "queryInvalid", "The query option '$top' is given more than once.")]
    [InlineData("$nothing=1", "BadRequest", "queryInvalid", "The query parameter '$nothing' is not supported.")]
    [InlineData("$search=\"x\"", "Request_UnsupportedQuery", "advancedQueryNeeded", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")]
    [InlineData("$skiptoken=garbage", "BadRequest", "queryInvalid", "The $skiptoken is not one that was given out here.")]
    [InlineData("$skiptoken=W10", "BadRequest", "queryInvalid", "The $skiptoken is not one that was given out here.")]
    [InlineData("$skiptoken=WzAsIlx1ZDgwMCJd", "BadRequest", "queryInvalid", "The $skiptoken is not one that was given out here.")]
    [InlineData("$filter=", "BadRequest", "queryInvalid", "The query option '$filter' is empty.")]
    [InlineData("$select=nothing", "BadRequest", "queryInvalid", "Parsing OData Select and Expand failed: ...")]
    [InlineData("$expand=nothing", "BadRequest", "queryInvalid", "Parsing OData Select and Expand failed: ...")]
    [InlineData("$orderby=nothing", "BadRequest", "queryInvalid", "Invalid orderby clause: ...")]
    [InlineData("$filter=nothing eq 1", "BadRequest", "queryInvalid", "Invalid filter clause: ...")]
    [InlineData("$filter=displayName eq 'x", "BadRequest", "queryInvalid", "Invalid filter clause: ...")]
    [InlineData("$filter=displayName eq 'x' and", "BadRequest", "queryInvalid", "Invalid filter clause: ...")]
    [InlineData("$filter=assignedLicenses/any(s:s/skuId eq nonsense)", "BadRequest", "queryInvalid", "Invalid filter clause: ...")]
    [InlineData("$filter=accountEnabled eq 99999999999999999999999999999", "BadRequest", "queryInvalid", "Invalid filter clause: ...")]
    [InlineData("$filter=tolower(displayName) eq 'x'", "Request_UnsupportedQuery", "queryUnsupported", "Unsupported or invalid query filter clause: ...")]
    public async Task A_query_that_cannot_be_answered_is_refused(string query, string code, string innerCode, string message) =>
        await RefusedAsync(400, code, innerCode, message, "GET", $"/v1.0/users?{query}");

    [Fact]
    public async Task A_filter_has_8192_characters_and_no_more()
    {
        foreach (int length in (int[])[8191, 8192])
        {
            using HttpResponseMessage answer = await target.Http.GetAsync(new Uri($"/v1.0/users?$filter={Long(length)}", UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        foreach (int length in (int[])[8193, 10_000])
        {
            await RefusedAsync(
                400, "BadRequest", "queryInvalid",
                string.Create(CultureInfo.InvariantCulture, $"Invalid filter clause: the filter has {length} characters; the most is 8192."), "GET", $"/v1.0/users?$filter={Long(length)}");
        }

        static string Long(int length) => $"displayName eq '{new string('x', length - "displayName eq ''".Length)}'";
    }

    [Fact]
    public async Task A_query_has_49152_characters_and_no_more()
    {
        string fits = "custom=" + new string('x', 49_152 - "custom=".Length);
        using HttpResponseMessage answer = await target.Http.GetAsync(new Uri($"/v1.0/users?{fits}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await RefusedAsync(400, "BadRequest", "queryInvalid", "The query is longer than 49152 characters.", "GET", $"/v1.0/users?{fits}x");
    }

    [Fact]
    public async Task A_filter_nests_64_levels_deep_and_no_more()
    {
        using HttpResponseMessage answer = await target.Http.GetAsync(new Uri($"/v1.0/users?$filter={Nested(64)}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        const string TooDeep = "Invalid filter clause: the filter nests deeper than 64 levels.";
        await RefusedAsync(400, "BadRequest", "queryInvalid", TooDeep, "GET", $"/v1.0/users?$filter={Nested(65)}");
        await RefusedAsync(400, "BadRequest", "queryInvalid", TooDeep, "GET", $"/v1.0/users?$filter={Nested(4000)}");
        await RefusedAsync(400, "BadRequest", "queryInvalid", TooDeep, "GET", $"/v1.0/users?$filter={string.Concat(Enumerable.Repeat("not ", 1500))}accountEnabled");

        static string Nested(int levels) => $"{new string('(', levels)}accountEnabled eq true{new string(')', levels)}";
    }

    [Fact]
    public async Task A_long_chain_of_conditions_is_answered()
    {
        string chain = string.Join(" or ", Enumerable.Range(0, 380).Select(i => $"city eq '{i}'"));

        using HttpResponseMessage answer = await target.Http.GetAsync(new Uri($"/v1.0/users?$filter={chain}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("$filter=displayName eq '%00'")]
    [InlineData("$filter=displayName eq '%ff'")]
    [InlineData("$filter=displayName eq '%F0%9F%92%BB'")]
    [InlineData("$filter=startsWith(displayName,'')")]
    [InlineData("unknown=1&other&=")]
    [InlineData("&&&")]
    public async Task An_odd_query_that_means_something_is_answered(string query)
    {
        using HttpResponseMessage answer = await target.Http.GetAsync(new Uri($"/v1.0/users?{query}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Ids_of_requests_are_echoed_only_when_they_are_no_longer_than_128_characters()
    {
        foreach ((int length, bool echoed) in ((int, bool)[])[(128, true), (129, false)])
        {
            using HttpRequestMessage request = Request("GET", "/v1.0/nothing");
            string id = new('i', length);
            request.Headers.Add("client-request-id", id);
            using HttpResponseMessage answer = await target.RefusedAsync(request, 400, "BadRequest", "pathUnknown", "Resource not found for the segment 'nothing'.");
            Assert.Equal(echoed, Assert.Single(answer.Headers.GetValues("client-request-id")) == id);
        }
    }

    [Fact]
    public async Task A_repeatability_id_has_256_characters_and_no_more()
    {
        string path = target.Fill("/v1.0/users/USER/assignLicense");
        using HttpRequestMessage tooLong = Request("POST", path, """{"addLicenses":[],"removeLicenses":[]}""");
        tooLong.Headers.Add("Repeatability-Request-ID", new string('r', 257));
        (await target.RefusedAsync(
            tooLong, 400, "Request_BadRequest", "repeatabilityIdTooLong", "Repeatability-Request-ID is longer than 256 characters.")).Dispose();

        using HttpRequestMessage fits = Request("POST", path, """{"addLicenses":[],"removeLicenses":[]}""");
        fits.Headers.Add("Repeatability-Request-ID", new string('r', 256));
        using HttpResponseMessage answer = await target.Http.SendAsync(fits, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task RefusedAsync(int status, string code, string innerCode, string message, string method, string path, string? body = null)
    {
        // Dots and escapes reach the server as they are written here.
        Uri address = new($"http://127.0.0.1:{target.Berth.Http!.Port}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = !path.Contains(' ', StringComparison.Ordinal) });
        using HttpRequestMessage request = body is null ? Request(method, path) : Request(method, path, body);
        request.RequestUri = address;
        (await target.RefusedAsync(request, status, code, innerCode, message)).Dispose();
    }
}
