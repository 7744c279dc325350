using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Who gets a token, what stands in it, and how a refusal reads.</summary>
public sealed class Tokens(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BerthProcess Berth => demo.Berth;

    [Theory]
    [InlineData(BerthProcess.DemoTenant)]
    [InlineData("contoso.example")]
    [InlineData("CONTOSO.example")]
    [InlineData("common")]
    [InlineData("organizations")]
    public async Task A_tenant_may_be_named_by_id_or_domain_or_left_to_the_application(string tenant)
    {
        using HttpResponseMessage response = await Berth.AskForTokenAsync(tenant);
        using JsonDocument answer = await ReadAsync(response);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Bearer", answer.RootElement.GetProperty("token_type").GetString());
        Assert.Equal(3599, answer.RootElement.GetProperty("expires_in").GetInt32());
        Assert.Equal(3599, answer.RootElement.GetProperty("ext_expires_in").GetInt32());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        await IsAcceptedAsync(answer.RootElement.GetProperty("access_token").GetString()!);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/.default")]
    [InlineData("https://graph.microsoft.com//.default")]
    [InlineData("00000003-0000-0000-c000-000000000000/.default")]
    [InlineData("http://127.0.0.1:{port}/.default")]
    [InlineData("http://localhost:{port}/.default")]
    [InlineData("https://localhost:{port}/.default")]
    public async Task Graph_may_be_named_as_Microsoft_does_or_by_the_base_it_has_here(string scope)
    {
        using HttpResponseMessage response = await Berth.AskForTokenAsync(scope: scope.Replace("{port}", $"{Berth.Http!.Port}", StringComparison.Ordinal));
        using JsonDocument answer = await ReadAsync(response);

        using JsonDocument claims = ClaimsOf(answer.RootElement.GetProperty("access_token").GetString()!);
        Assert.Equal("https://graph.microsoft.com", claims.RootElement.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task The_claims_are_those_that_clients_of_Graph_read()
    {
        string token = await Berth.TokenAsync();
        using JsonDocument header = PartOf(token, 0);
        using JsonDocument claims = ClaimsOf(token);
        JsonElement root = claims.RootElement;

        Assert.Equal("RS256", header.RootElement.GetProperty("alg").GetString());
        Assert.Equal("JWT", header.RootElement.GetProperty("typ").GetString());
        Assert.Equal("app", root.GetProperty("idtyp").GetString());
        Assert.Equal(BerthProcess.DemoTenant, root.GetProperty("tid").GetString());
        Assert.Equal(BerthProcess.DemoClient, root.GetProperty("appid").GetString());
        Assert.Equal(root.GetProperty("sub").GetString(), root.GetProperty("oid").GetString());
        Assert.Equal("Berth demo client", root.GetProperty("app_displayname").GetString());
        Assert.Equal($"{Berth.Http!.GetLeftPart(UriPartial.Authority)}/{BerthProcess.DemoTenant}/v2.0", root.GetProperty("iss").GetString());
        Assert.Equal(3599, root.GetProperty("exp").GetInt64() - root.GetProperty("iat").GetInt64());
        string[] roles = [.. root.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!)];
        string[] wanted =
        [
            "AuditLog.Read.All", "CloudPC.Read.All", "CloudPC.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
            "GroupMember.ReadWrite.All", "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All", "User.Read.All", "User.ReadWrite.All",
        ];
        Assert.Empty(wanted.Except(roles));
    }

    [Theory]
    [InlineData("tenant", "fabrikam.example", 400, "invalid_request", 90002)]
    [InlineData("tenant", "2b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10", 400, "invalid_request", 90002)]
    [InlineData("client", "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a21", 400, "unauthorized_client", 700016)]
    [InlineData("client", "not a guid", 400, "unauthorized_client", 700016)]
    [InlineData("client", null, 400, "invalid_request", 900144)]
    [InlineData("secret", "berth-demo-secreT", 401, "invalid_client", 7000215)]
    [InlineData("secret", " berth-demo-secret", 401, "invalid_client", 7000215)]
    [InlineData("secret", "", 401, "invalid_client", 7000218)]
    [InlineData("secret", null, 401, "invalid_client", 7000218)]
    [InlineData("scope", "https://vault.azure.net/.default", 400, "invalid_resource", 500011)]
    [InlineData("scope", "http://127.0.0.1:1/.default", 400, "invalid_resource", 500011)]
    [InlineData("scope", "https://graph.microsoft.com/User.Read.All", 400, "invalid_scope", 1002012)]
    [InlineData("scope", "https://graph.microsoft.com/.default openid", 400, "invalid_scope", 1002012)]
    [InlineData("scope", null, 400, "invalid_request", 900144)]
    [InlineData("grant", "urn:ietf:params:oauth:grant-type:jwt-bearer", 400, "unsupported_grant_type", 70003)]
    [InlineData("grant", null, 400, "invalid_request", 900144)]
    public async Task A_refusal_has_OAuths_error_and_Entras_number(string what, string? value, int status, string error, int number)
    {
        using HttpResponseMessage response = await Berth.AskForTokenAsync(
            what == "tenant" ? value! : BerthProcess.DemoTenant,
            what == "client" ? value : BerthProcess.DemoClient,
            what == "secret" ? value : BerthProcess.DemoSecret,
            what == "scope" ? value : BerthProcess.GraphScope,
            what == "grant" ? value : "client_credentials");

        await IsRefusalAsync(response, status, error, number);
        Assert.DoesNotContain(BerthProcess.DemoSecret, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_given_twice_is_refused()
    {
        using HttpResponseMessage response = await PostAsync("grant_type=client_credentials&grant_type=client_credentials");

        await IsRefusalAsync(response, 400, "invalid_request", 90014);
    }

    [Fact]
    public async Task The_secret_may_come_as_basic_credentials()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{BerthProcess.DemoClient}:{BerthProcess.DemoSecret}")));
        using StringContent form = new("grant_type=client_credentials&scope=" + Uri.EscapeDataString(BerthProcess.GraphScope), Encoding.ASCII, "application/x-www-form-urlencoded");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/common/oauth2/v2.0/token", UriKind.Relative), form, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(65_535, 401)]
    [InlineData(65_536, 401)]
    [InlineData(65_537, 413)]
    [InlineData(2_000_000, 413)]
    public async Task A_token_request_has_at_most_64_KiB(int bytes, int status)
    {
        // The padding is spread over parameters that are each within their own limit.
        string start = $"grant_type=client_credentials&client_id={BerthProcess.DemoClient}&client_secret=wrong&scope={Uri.EscapeDataString(BerthProcess.GraphScope)}";
        StringBuilder form = new(start);
        for (int i = 0; form.Length < bytes; i++)
        {
            string name = $"&p{i}=";
            form.Append(name).Append('x', Math.Min(30_000, Math.Max(0, bytes - form.Length - name.Length)));
        }

        form.Length = bytes;
        using HttpResponseMessage response = await PostAsync(form.ToString());

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(64, 401)]
    [InlineData(65, 413)]
    public async Task A_token_request_has_at_most_64_parameters(int parameters, int status)
    {
        string form = $"grant_type=client_credentials&client_id={BerthProcess.DemoClient}&client_secret=wrong&scope={Uri.EscapeDataString(BerthProcess.GraphScope)}"
            + string.Concat(Enumerable.Range(4, parameters - 4).Select(i => $"&p{i}=x"));
        using HttpResponseMessage response = await PostAsync(form);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("PUT", "application/x-www-form-urlencoded")]
    [InlineData("POST", "application/json")]
    public async Task The_token_endpoint_takes_a_posted_form_only(string method, string? type)
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri("/common/oauth2/v2.0/token", UriKind.Relative));
        request.Content = type is null ? null : new StringContent("{}", Encoding.UTF8, type);
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);

        await IsRefusalAsync(response, 400, "invalid_request", 900561);
    }

    [Fact]
    public async Task Ids_of_a_refusal_are_in_the_body_and_the_headers()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        string id = "7e0a0f0e-6a3c-4b0e-9d50-5a8f0c5d9c11";
        client.DefaultRequestHeaders.Add("client-request-id", id);
        using StringContent form = new("grant_type=x", Encoding.ASCII, "application/x-www-form-urlencoded");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/common/oauth2/v2.0/token", UriKind.Relative), form, Cancel);
        using JsonDocument body = await ReadAsync(response);

        Assert.Equal(id, body.RootElement.GetProperty("correlation_id").GetString());
        Assert.Equal(id, response.Headers.GetValues("client-request-id").Single());
        Assert.Equal(response.Headers.GetValues("x-ms-request-id").Single(), body.RootElement.GetProperty("trace_id").GetString());
    }

    [Fact]
    public async Task Discovery_leads_to_the_tenants_own_endpoints_and_key()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        string origin = Berth.Http!.GetLeftPart(UriPartial.Authority);
        using JsonDocument configuration = JsonDocument.Parse(await client.GetStringAsync(new Uri("/contoso.example/v2.0/.well-known/openid-configuration", UriKind.Relative), Cancel));

        Assert.Equal($"{origin}/{BerthProcess.DemoTenant}/v2.0", configuration.RootElement.GetProperty("issuer").GetString());
        Assert.Equal($"{origin}/contoso.example/oauth2/v2.0/token", configuration.RootElement.GetProperty("token_endpoint").GetString());
        Assert.Equal($"{origin}/contoso.example/oauth2/v2.0/authorize", configuration.RootElement.GetProperty("authorization_endpoint").GetString());
        string keysAt = configuration.RootElement.GetProperty("jwks_uri").GetString()!;
        Assert.Equal($"{origin}/contoso.example/discovery/v2.0/keys", keysAt);
        using JsonDocument keys = JsonDocument.Parse(await client.GetStringAsync(new Uri(keysAt), Cancel));
        using JsonDocument header = PartOf(await Berth.TokenAsync(), 0);
        JsonElement key = Assert.Single(keys.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(header.RootElement.GetProperty("kid").GetString(), key.GetProperty("kid").GetString());
        Assert.Equal("RSA", key.GetProperty("kty").GetString());
        Assert.False(key.TryGetProperty("d", out _));
    }

    [Fact]
    public async Task Discovery_of_an_unknown_tenant_is_refused()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        using HttpResponseMessage response = await client.GetAsync(new Uri("/fabrikam.example/v2.0/.well-known/openid-configuration", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("AADSTS90002", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MSAL_is_told_that_this_authority_is_known()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        string authority = Berth.Http!.Authority;
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync(
            new Uri($"/common/discovery/instance?api-version=1.1&authorization_endpoint=https://{authority}/contoso.example/oauth2/v2.0/authorize", UriKind.Relative), Cancel));

        Assert.Equal($"http://{authority}/contoso.example/v2.0/.well-known/openid-configuration", answer.RootElement.GetProperty("tenant_discovery_endpoint").GetString());
        JsonElement metadata = Assert.Single(answer.RootElement.GetProperty("metadata").EnumerateArray());
        Assert.Equal(authority, metadata.GetProperty("preferred_network").GetString());
        Assert.Equal(authority, metadata.GetProperty("preferred_cache").GetString());
        Assert.Equal(authority, Assert.Single(metadata.GetProperty("aliases").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task MSAL_is_told_that_every_name_signs_in_here()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync(
            new Uri("/common/userrealm/nobody%40elsewhere.example?api-version=1.0", UriKind.Relative), Cancel));

        Assert.Equal("Managed", answer.RootElement.GetProperty("account_type").GetString());
        Assert.Equal("elsewhere.example", answer.RootElement.GetProperty("domain_name").GetString());
    }

    [Fact]
    public async Task A_gateway_on_this_machine_may_say_that_the_client_came_by_https()
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Host = "login.microsoftonline.com";
        string configuration = await client.GetStringAsync(new Uri("/common/v2.0/.well-known/openid-configuration", UriKind.Relative), Cancel);

        Assert.Contains("\"https://login.microsoftonline.com/common/oauth2/v2.0/token\"", configuration, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task A_request_without_a_token_is_told_that_it_is_empty(string? authorization)
    {
        using HttpResponseMessage response = await CallAsync(authorization);

        await IsUnauthenticatedAsync(response, "Access token is empty.");
    }

    [Theory]
    [InlineData("Bearer x", "Access token validation failure. The token is not well formed.")]
    [InlineData("Bearer a.b.c", "Access token validation failure. The token is not well formed.")]
    public async Task A_token_that_is_none_is_refused(string authorization, string message)
    {
        using HttpResponseMessage response = await CallAsync(authorization);

        await IsUnauthenticatedAsync(response, message);
    }

    [Fact]
    public async Task A_token_that_was_changed_is_refused()
    {
        string token = await Berth.TokenAsync();
        await IsAcceptedAsync(token);
        string[] parts = token.Split('.');
        string claims = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace("User.Read.All", "User.Read.ALL", StringComparison.Ordinal);
        parts[1] = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));

        using HttpResponseMessage changed = await CallAsync("Bearer " + string.Join('.', parts));
        using HttpResponseMessage unsigned = await CallAsync($"Bearer {System.Buffers.Text.Base64Url.EncodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}"u8)}.{token.Split('.')[1]}.");

        await IsUnauthenticatedAsync(changed, "Access token validation failure. Invalid signature.");
        await IsUnauthenticatedAsync(unsigned, "Access token validation failure. Invalid signature.");
    }

    private async Task IsAcceptedAsync(string token)
    {
        using HttpResponseMessage response = await CallAsync("Bearer " + token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task IsUnauthenticatedAsync(HttpResponseMessage response, string message)
    {
        using JsonDocument body = await ReadAsync(response);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("InvalidAuthenticationToken", body.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.StartsWith("Bearer ", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(message, body.RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    private static async Task IsRefusalAsync(HttpResponseMessage response, int status, string error, int number)
    {
        using JsonDocument body = await ReadAsync(response);
        JsonElement root = body.RootElement;
        Assert.Equal(error, root.GetProperty("error").GetString());
        Assert.Equal(number, Assert.Single(root.GetProperty("error_codes").EnumerateArray()).GetInt32());
        Assert.StartsWith($"AADSTS{number}: ", root.GetProperty("error_description").GetString(), StringComparison.Ordinal);
        Assert.True(Guid.TryParse(root.GetProperty("trace_id").GetString(), out _));
        Assert.Equal(status, (int)response.StatusCode);
    }

    private async Task<HttpResponseMessage> CallAsync(string? authorization)
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        if (authorization is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.GetAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
    }

    private async Task<HttpResponseMessage> PostAsync(string form)
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        using StringContent content = new(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        return await client.PostAsync(new Uri("/common/oauth2/v2.0/token", UriKind.Relative), content, Cancel);
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));

    private static JsonDocument ClaimsOf(string token) => PartOf(token, 1);

    private static JsonDocument PartOf(string token, int part) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[part]));
}
