using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Process;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Tenants of one installation: who makes them, and that none sees another (B730 to B732).</summary>
public sealed partial class SeveralTenants
{
    private const string Tenants = "/berth/v1/tenants", Applications = "/berth/v1/applications";
    private const string Fabrikam = """{"displayName":" Fabrikam ","domain":"Fabrikam.example","country":"de","kind":"emulator","administrator":{"userPrincipalName":"root@fabrikam.example","password":"a long enough one"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B731_a_tenant_is_made_by_who_administers_the_installation_and_has_an_application_and_an_administrator_of_its_own()
    {
        string data = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        string tenant, client, secret;
        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            string home = await berth.TokenAsync();
            (int status, JsonElement made, _) = await SendAsync(http, home, "POST", Tenants, Fabrikam);
            Assert.Equal(201, status);
            (tenant, client, secret) = (made.Text("tenantId"), made.Text("clientId"), made.Text("clientSecret"));
            (status, JsonElement again, _) = await SendAsync(http, home, "POST", Tenants, Fabrikam);
            Assert.Equal((400, "Another tenant has this domain."), (status, again.GetProperty("error").Text("message")));
        }

        await using (BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data))
        {
            using HttpClient http = await berth.ClientAsync(authenticated: false);
            JsonElement list = (await SendAsync(http, await berth.TokenAsync(), "GET", Tenants)).Body.GetProperty("value");
            Assert.Equal(
                [(BerthProcess.DemoTenant, "Contoso", "contoso.example", "US", "demo", true), (tenant, "Fabrikam", "fabrikam.example", "DE", "emulator", false)],
                [.. list.EnumerateArray().Select(one => (one.Text("tenantId"), one.Text("displayName"), one.Text("domain"), one.Text("country"), one.Text("kind"), one.GetProperty("isInstallation").GetBoolean()))]);

            // B730: it may do everything in its own tenant, and nothing with tenants.
            string own = await TokenAsync(berth, client, secret);
            Assert.Equal(403, (await SendAsync(http, own, "GET", Tenants)).Status);
            Assert.Equal(403, (await SendAsync(http, own, "POST", Tenants, Fabrikam.Replace("abrikam", "ourth", StringComparison.Ordinal))).Status);
            JsonElement people = (await SendAsync(http, own, "GET", "/v1.0/users?$select=userPrincipalName")).Body.GetProperty("value");
            Assert.Equal(["root@fabrikam.example"], [.. people.EnumerateArray().Select(one => one.Text("userPrincipalName"))]);
        }

        Directory.Delete(data, recursive: true);
    }

    // B730
    [Fact]
    public async Task Who_has_less_than_the_permission_makes_no_tenant()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string home = await berth.TokenAsync();
        JsonElement reader = (await SendAsync(http, home, "POST", Applications, """{"displayName":"Reader","permissions":["Organization.Read.All","Directory.ReadWrite.All"]}""")).Body;
        string less = await TokenAsync(berth, reader.Text("clientId"), reader.Text("clientSecret"), "contoso.example");
        Assert.Equal(403, (await SendAsync(http, less, "GET", Tenants)).Status);
        Assert.Equal(403, (await SendAsync(http, less, "POST", Tenants, Fabrikam)).Status);
        Assert.Equal(401, (await SendAsync(http, "nonsense", "GET", Tenants)).Status);

        // B731
        foreach ((string body, int status, string code) in ((string, int, string)[])
        [
            ("", 400, "bodyInvalid"), ("null", 400, "bodyInvalid"), ("""{"domain":7}""", 400, "bodyInvalid"),
            (Fabrikam.Replace("emulator", "trial", StringComparison.Ordinal), 400, "valueInvalid"),
            (Fabrikam.Replace(" Fabrikam ", " ", StringComparison.Ordinal), 400, "valueInvalid"),
            (Fabrikam.Replace(" Fabrikam ", new string('x', 257), StringComparison.Ordinal), 400, "valueInvalid"),
            (Fabrikam.Replace("Fabrikam.example", "fabrikam", StringComparison.Ordinal), 400, "valueInvalid"),
            (Fabrikam.Replace("a long enough one", "short", StringComparison.Ordinal), 400, "valueInvalid"),
            (Fabrikam.Replace("root@fabrikam", "root@contoso", StringComparison.Ordinal), 400, "valueInvalid"),
            (new string(' ', (16 * 1024) + 1), 413, "bodyTooLarge"),
        ])
        {
            (int answer, JsonElement refused, _) = await SendAsync(http, home, "POST", Tenants, body);
            Assert.Equal((status, code), (answer, refused.GetProperty("error").GetProperty("innerError").Text("code")));
        }

        Assert.Equal(405, (await SendAsync(http, home, "DELETE", Tenants)).Status);
        Assert.Equal(1, (await SendAsync(http, home, "GET", Tenants)).Body.GetProperty("value").GetArrayLength());
        Assert.Equal(201, (await SendAsync(http, home, "POST", Tenants, Fabrikam.Replace(" Fabrikam ", new string('x', 256), StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task B732_no_route_tells_of_another_tenant_or_changes_it_whatever_is_named()
    {
        await using BerthProcess berth = await BerthProcess.StartDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string home = await berth.TokenAsync();
        JsonElement made = (await SendAsync(http, home, "POST", Tenants, Fabrikam)).Body;
        string other = await TokenAsync(berth, made.Text("clientId"), made.Text("clientSecret"));

        // What only the first tenant has: every id that its lists tell, less what both are told, such as SKUs.
        Route[] lists = [.. GraphRoom.Table.Routes.Where(route => route.Method == GraphMethod.Get && !route.Template.Contains('{', StringComparison.Ordinal))];
        (HashSet<string> all, List<string> picked) = await IdsAsync(http, home, lists);
        (HashSet<string> both, _) = await IdsAsync(http, other, lists);
        HashSet<string> secret = [.. all.Except(both)];
        string[] named = [.. picked.Where(secret.Contains)];
        Assert.True(secret.Count > 500 && named.Length > 20, $"{secret.Count} ids, of which {named.Length} are named: the demo has more.");

        string before = (await SendAsync(http, home, "GET", "/berth/v1/history?$top=1")).Text;
        int asked = 0, turn = 0;
        foreach (Route route in GraphRoom.Table.Routes)
        {
            foreach (string prefix in Prefixes(route))
            {
                // Several turns, so that each place of a route gets ids of several kinds; those of one turn differ from those of the next.
                for (int i = 0; i < (route.Template.Contains('{', StringComparison.Ordinal) ? Turns : 1); i++)
                {
                    string id = named[turn++ % named.Length], next = named[turn % named.Length];
                    string path = Brace().Replace(prefix + route.Template, match => match.Index % 2 == 0 ? id : next);
                    string? body = route.Method is GraphMethod.Get or GraphMethod.Delete ? null : Body().Replace("ID", id, StringComparison.Ordinal);
                    (int status, _, string text) = await SendAsync(http, other, route.Method.ToString().ToUpperInvariant(), path, body);
                    asked++;
                    string[] told = [.. Id().Matches(text).Select(match => match.Value.ToLowerInvariant()).Where(one => one != id && one != next && secret.Contains(one))];
                    Assert.True(told.Length == 0, $"{route.Method} {path} tells another tenant of {string.Join(", ", told)}.");
                    Assert.False(text.Contains("contoso", StringComparison.OrdinalIgnoreCase), $"{route.Method} {path} tells another tenant of Contoso: {text}");
                    Assert.True(status < 500, $"{route.Method} {path}: {status} {text}");
                }
            }
        }

        Assert.True(asked > 1000, $"{asked} requests");
        Assert.Equal(before, (await SendAsync(http, home, "GET", "/berth/v1/history?$top=1")).Text);

        // Applications lie beside the journal, and their routes beside the table.
        JsonElement own = (await SendAsync(http, other, "GET", Applications)).Body.GetProperty("value");
        Assert.Equal([made.Text("clientId")], [.. own.EnumerateArray().Select(one => one.Text("clientId"))]);
        JsonElement payroll = (await SendAsync(http, home, "POST", Applications, """{"displayName":"Payroll","permissions":[]}""")).Body;
        Assert.Equal(404, (await SendAsync(http, other, "POST", $"{Applications}/{payroll.Text("clientId")}/secret")).Status);
        Assert.Equal(404, (await SendAsync(http, other, "POST", $"{Applications}/{payroll.Text("clientId")}/certificates", "x")).Status);
        Assert.Equal(404, (await SendAsync(http, other, "DELETE", $"{Applications}/{payroll.Text("clientId")}")).Status);
        Assert.NotEmpty(await TokenAsync(berth, payroll.Text("clientId"), payroll.Text("clientSecret"), "contoso.example"));
    }

    private const int Turns = 6;

    // Names that bodies carry, each with something of the other tenant; a route takes what it knows and refuses the rest.
    private static string Body() => """
        {"id":"ID","userId":"ID","groupId":"ID","cloudPcId":"ID","cloudPcIds":["ID"],"ids":["ID"],"groupIds":["ID"],"policyId":"ID","assignmentId":"ID","toGroupId":"ID",
         "@odata.id":"https://x/directoryObjects/ID","addLicenses":[],"removeLicenses":[],"type":"Group","securityEnabledOnly":false,
         "changes":[{"kind":"membership","groupId":"ID","addMembers":["ID"],"removeMembers":[]},{"kind":"deleteUser","userId":"ID"}],
         "requests":[{"id":"1","method":"GET","url":"/users/ID"},{"id":"2","method":"DELETE","url":"/users/ID"}],
         "assignments":[{"target":{"@odata.type":"#microsoft.graph.cloudPcManagementGroupAssignmentTarget","groupId":"ID"}}]}
        """;

    private static IEnumerable<string> Prefixes(Route route) =>
        from pair in ((RouteVersions Version, string Prefix)[])[(RouteVersions.V1, "/v1.0"), (RouteVersions.Beta, "/beta"), (RouteVersions.Berth, "/berth/v1"), (RouteVersions.Scim, "/scim/v2")]
        where route.Versions.HasFlag(pair.Version)
        select pair.Prefix;

    // Every id that lists tell, and of each list a few to ask for.
    private static async Task<(HashSet<string> All, List<string> Picked)> IdsAsync(HttpClient http, string token, Route[] lists)
    {
        HashSet<string> all = [];
        List<string> picked = [];
        foreach (Route route in lists)
        {
            foreach (string prefix in Prefixes(route))
            {
                string[] ids = [.. Id().Matches((await SendAsync(http, token, "GET", prefix + route.Template)).Text).Select(match => match.Value.ToLowerInvariant()).Distinct()];
                picked.AddRange(ids.Where(id => !all.Contains(id)).Take(5));
                all.UnionWith(ids);
            }
        }

        return (all, picked);
    }

    private static async Task<string> TokenAsync(BerthProcess berth, string client, string secret, string domain = "fabrikam.example")
    {
        using HttpResponseMessage answer = await berth.AskForTokenAsync(domain, client, secret);
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return token.RootElement.Text("access_token");
    }

    private static async Task<(int Status, JsonElement Body, string Text)> SendAsync(HttpClient http, string token, string method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        return ((int)response.StatusCode, Parsed(text), text);
    }

    private static JsonElement Parsed(string text)
    {
        if (!text.StartsWith('{'))
        {
            return default;
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Brace();

    [GeneratedRegex("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")]
    private static partial Regex Id();
}
