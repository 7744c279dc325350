using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>What only HTTP has: headers, bodies and their limits (protocol 1.1, 1.5).</summary>
public sealed class OverHttp
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<JsonElement> ErrorOf(HttpResponseMessage response)
    {
        Assert.StartsWith("application/json", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("error");
        JsonElement inner = error.GetProperty("innerError");
        Assert.Equal(response.Headers.GetValues("request-id").Single(), inner.GetProperty("request-id").GetString());
        Assert.Equal(response.Headers.GetValues("client-request-id").Single(), inner.GetProperty("client-request-id").GetString());
        Assert.Matches("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$", inner.GetProperty("date").GetString());
        Assert.NotEqual("", inner.GetProperty("code").GetString());
        return error;
    }

    [Fact]
    public async Task Every_answer_has_the_headers_that_clients_look_at()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using HttpRequestMessage request = Get("/v1.0/organization");
        request.Headers.Add("client-request-id", "11111111-2222-4333-8444-555555555555");
        using HttpResponseMessage response = await room.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("11111111-2222-4333-8444-555555555555", response.Headers.GetValues("client-request-id").Single());
        Assert.True(Guid.TryParse(response.Headers.GetValues("request-id").Single(), out _));
        Assert.Equal("4.0", response.Headers.GetValues("OData-Version").Single());
        Assert.NotNull(response.Headers.Date);
        Assert.Equal(
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            response.Content.Headers.GetValues("Content-Type").Single().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_without_a_token_is_401_with_a_challenge()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using HttpResponseMessage response = await room.Http.GetAsync("/v1.0/users", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        JsonElement error = await ErrorOf(response);
        Assert.Equal(("InvalidAuthenticationToken", "Access token is empty."), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Links_are_built_from_the_host_and_the_scheme_the_client_used()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        for (int i = 0; i < 2; i++)
        {
            await room.AddUserAsync($"user{i}");
        }

        using HttpRequestMessage request = Get("/v1.0/users?$top=1");
        request.Headers.Host = "graph.microsoft.com";
        request.Headers.Add("X-Forwarded-Proto", "https");
        using HttpResponseMessage response = await room.Http.SendAsync(request, Cancel);
        JsonElement page = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.StartsWith("https://graph.microsoft.com/v1.0/users?$top=1&$skiptoken=", page.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.Equal("https://graph.microsoft.com/v1.0/$metadata#users", page.GetProperty("@odata.context").GetString());

        using HttpRequestMessage odd = Get("/v1.0/users?$top=1");
        odd.Headers.Add("X-Forwarded-Proto", "ftp");
        using HttpResponseMessage plain = await room.Http.SendAsync(odd, Cancel);
        Assert.Contains(new Uri(room.Http.BaseAddress!, "/v1.0/users?$top=1").ToString(), await plain.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1.0/nothing", 400, "BadRequest")]
    [InlineData("GET", "/v2.0/users", 400, "BadRequest")]
    [InlineData("GET", "/", 400, "BadRequest")]
    [InlineData("GET", "/v1.0", 400, "BadRequest")]
    [InlineData("DELETE", "/v1.0/subscribedSkus", 405, "Request_BadRequest")]
    [InlineData("OPTIONS", "/v1.0/users", 405, "Request_BadRequest")]
    [InlineData("GET", "/v1.0/users/nobody", 404, "Request_ResourceNotFound")]
    public async Task Every_refusal_is_the_envelope(string method, string path, int status, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using HttpRequestMessage request = Get(path);
        request.Method = new HttpMethod(method);
        using HttpResponseMessage response = await room.Http.SendAsync(request, Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code, (await ErrorOf(response)).GetProperty("code").GetString());
        if (status == 405)
        {
            Assert.Contains("GET", response.Content.Headers.Allow);
        }
    }

    [Theory]
    [InlineData("/v1.0/users/a%00b")]
    [InlineData("/v1.0/users/\u0001")]
    public async Task A_control_character_in_a_path_is_400(string path)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string answer = await RawAsync(room, $"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer *\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_escape_in_a_path_is_400_with_a_reason()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string answer = await RawAsync(room, "GET /v1.0/users/%zz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer *\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("percent sign", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_absolute_form_of_a_request_is_understood()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string answer = await RawAsync(room, "GET http://graph.microsoft.com/v1.0/organization?$select=id HTTP/1.1\r\nHost: graph.microsoft.com\r\nAuthorization: Bearer *\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(RunningRoom.TenantId.ToString(), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_is_taken_up_to_its_limit_and_refused_above()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (int length in (int[])[GraphLimits.QueryCharacters - 1, GraphLimits.QueryCharacters, GraphLimits.QueryCharacters + 1])
        {
            using HttpResponseMessage response = await room.Http.SendAsync(Get("/v1.0/users?x=" + new string('a', length - 2)), Cancel);
            Assert.Equal(length > GraphLimits.QueryCharacters ? HttpStatusCode.BadRequest : HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_is_read_up_to_its_limit_and_refused_above(bool chunked)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (int length in (int[])[GraphLimits.BodyBytes - 1, GraphLimits.BodyBytes, GraphLimits.BodyBytes + 1, 3 * GraphLimits.BodyBytes])
        {
            string open = RunningRoom.UserJson($"user{length}")[..^1] + ",\"jobTitle\":null";
            using HttpRequestMessage request = Get("/v1.0/users");
            request.Method = HttpMethod.Post;
            request.Content = new StringContent(open + new string(' ', length - open.Length - 1) + "}", new UTF8Encoding(false), "application/json");
            request.Headers.TransferEncodingChunked = chunked;
            long version = room.Tenant.Version;
            using HttpResponseMessage response = await room.Http.SendAsync(request, Cancel);
            if (length <= GraphLimits.BodyBytes)
            {
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                continue;
            }

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            await ErrorOf(response);
            Assert.Equal(version, room.Tenant.Version);
        }
    }

    [Theory]
    [InlineData("plan", GraphLimits.ChangesBytes - 1, HttpStatusCode.OK)]
    [InlineData("plan", GraphLimits.ChangesBytes, HttpStatusCode.OK)]
    [InlineData("plan", GraphLimits.ChangesBytes + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("apply", GraphLimits.ChangesBytes, HttpStatusCode.Accepted)]
    [InlineData("apply", GraphLimits.ChangesBytes + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_list_of_changes_is_read_up_to_a_limit_of_its_own(string route, int length, HttpStatusCode status)
    {
        // B509.
        await using RunningRoom room = await RunningRoom.OpenAsync();
        const string List = """{"changes":[]}""";
        using HttpRequestMessage request = Get($"/berth/v1/{route}");
        request.Method = HttpMethod.Post;
        request.Content = new StringContent(List + new string(' ', length - List.Length), new UTF8Encoding(false), "application/json");
        using HttpResponseMessage response = await room.Http.SendAsync(request, Cancel);
        Assert.Equal(status, response.StatusCode);
    }

    private static HttpRequestMessage Get(string path)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer *");
        return request;
    }

    private static async Task<string> RawAsync(RunningRoom room, string request)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, room.Http.BaseAddress!.Port, Cancel);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancel);
    }
}
