using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.House;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Every route asks for a permission by Graph's name, and the page says which (B733).</summary>
public sealed partial class RoutePermissions(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void B733_every_route_names_the_least_permission_of_a_person_and_of_an_application_or_why_it_asks_for_none()
    {
        Repository.Nothing(
            "A route that names no least permission and says no reason",
            from route in PermissionTable.Routes
            let least = (Delegated: route.Access.LeastDelegated, Own: route.Access.LeastOfApplication)
            where route.Access.Why is null && (least.Delegated is null or { Bits: 0 } || least.Own is null or { Bits: 0 })
            select $"{route}");
        Repository.Nothing("A route that asks for nothing and for something", PermissionTable.Routes.Where(route => route.Access.Why is not null && route.Access.Sets.Any(set => set.Bits != 0)).Select(route => $"{route}"));
        Repository.Nothing("A permission that no route asks for", PermissionSet.Names.Except(PermissionTable.Routes
            .SelectMany(route => route.Access.Sets.Append(route.Access.OfOneself ?? default)).SelectMany(set => set.ToNames())));
        Repository.Nothing("A permission that is not spelled as Graph's", PermissionSet.Names.Where(name => !GraphName().IsMatch(name)));

        // A name that means nothing is a mistake of the program, which does not start with it.
        Assert.Throws<KeyNotFoundException>(() => RouteAccess.AnyOf("User.Read.Everything"));
    }

    [Fact]
    public void B733_the_page_of_permissions_is_what_the_route_tables_say()
    {
        string written = PermissionTable.Write();
        if (PermissionTable.IsToBeWritten)
        {
            File.WriteAllText(Repository.PathOf(PermissionTable.File), written);
            return;
        }

        string[] committed = Repository.Read(PermissionTable.File).Split('\n');
        Repository.Nothing(
            $"{PermissionTable.File} says (-) what the route tables do not (+). When the routes are as they should be: {PermissionTable.Command}",
            committed.Except(written.Split('\n')).Select(line => $"- {line}").Concat(written.Split('\n').Except(committed).Select(line => $"+ {line}")));
    }

    [Fact]
    public async Task B733_a_route_is_closed_without_a_permission_and_open_with_the_least_one()
    {
        using HttpClient http = await demo.Berth.ClientAsync(authenticated: false);
        Dictionary<string, string> own = [], delegated = [];
        string nothing = await OwnAsync(http, []);
        foreach (Route route in PermissionTable.Routes)
        {
            string least = $"{route.Access.LeastOfApplication}", ofPerson = $"{route.Access.LeastDelegated}";
            if (!own.TryGetValue(least, out string? ofApplication))
            {
                own[least] = ofApplication = await OwnAsync(http, least.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }

            if (!delegated.TryGetValue(ofPerson, out string? personal))
            {
                (int status, JsonElement answer) = await demo.Berth.SignInAsync(scope: ofPerson.Length == 0 ? "openid" : ofPerson);
                Assert.True(status == 200, answer.GetRawText());
                delegated[ofPerson] = personal = answer.Text("access_token");
            }

            foreach (string prefix in Prefixes(route))
            {
                string path = prefix + Brace().Replace(route.Template, Guid.NewGuid().ToString());
                (int closed, string refusal) = await SendAsync(http, nothing, route, path);
                if (route.Access.Why is null)
                {
                    Assert.True(closed == 403 && (route.Versions == RouteVersions.Scim || refusal.Contains("\"Authorization_RequestDenied\"", StringComparison.Ordinal)), $"{route} without a permission: {closed} {refusal}");
                }
                else
                {
                    Assert.True(closed != 403, $"{route} asks for nothing: {closed} {refusal}");
                }

                foreach (string token in (string[])[ofApplication, personal])
                {
                    (int open, string text) = await SendAsync(http, token, route, path);
                    Assert.True(open is not (401 or 403) and < 500, $"{route} with {(token == ofApplication ? $"an application's {least}" : $"a person's {ofPerson}")}: {open} {text}");
                }
            }
        }
    }

    private static IEnumerable<string> Prefixes(Route route) =>
        from pair in ((RouteVersions Version, string Prefix)[])[(RouteVersions.V1, "/v1.0"), (RouteVersions.Beta, "/beta"), (RouteVersions.Berth, "/berth/v1"), (RouteVersions.Scim, "/scim/v2")]
        where route.Versions.HasFlag(pair.Version)
        select pair.Prefix;

    // A token of a new application with these permissions and no more.
    private async Task<string> OwnAsync(HttpClient http, string[] permissions)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri("/berth/v1/applications", UriKind.Relative))
        {
            Content = new StringContent(JsonSerializer.Serialize(new { displayName = "Least", permissions }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await demo.Berth.TokenAsync());
        using HttpResponseMessage made = await http.SendAsync(request, Cancel);
        using JsonDocument app = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Cancel));
        using HttpResponseMessage answer = await demo.Berth.AskForTokenAsync("contoso.example", app.RootElement.Text("clientId"), app.RootElement.Text("clientSecret"));
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return token.RootElement.Text("access_token");
    }

    // Nothing that is asked for is there, and an empty body says nothing: only the permission decides whether it is looked at.
    private static async Task<(int Status, string Text)> SendAsync(HttpClient http, string token, Route route, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(route.Method.ToString().ToUpperInvariant()), new Uri(path, UriKind.Relative));
        request.Content = route.Body switch
        {
            RouteBody.None => null,
            RouteBody.Lines => new StringContent("", Encoding.UTF8, "application/x-ndjson"),
            RouteBody.Table => new StringContent("", Encoding.UTF8, "text/csv"),
            _ => new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Brace();

    // Resource, operation, and what of it: User.Read, User.Read.All, Group-UsageRight.Read.All.
    [GeneratedRegex(@"^[A-Z][A-Za-z]+(-[A-Z][A-Za-z]+)?\.[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)?$")]
    private static partial Regex GraphName();
}
