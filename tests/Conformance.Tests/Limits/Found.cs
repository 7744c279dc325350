using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Berth.CommandLine;
using Berth.CommandLine.Client.Bulk;
using Berth.CommandLine.Client.Sync;
using Berth.Conformance.Tests.BadInput;
using Berth.Conformance.Tests.Fuzzing;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Transfer;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>What odd inputs found, each once by itself (B760).</summary>
[Collection(nameof(UnderTest))]
public sealed class Found(UnderTest target) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("berth-found-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    // B760: a form of several parts that ends in the middle was a mistake of the server.
    [Theory]
    [InlineData("/contoso.example/oauth2/v2.0/token")]
    [InlineData("/contoso.example/oauth2/token")]
    [InlineData("/contoso.example/oauth2/v2.0/devicecode")]
    [InlineData("/contoso.example/oauth2/v2.0/authorize")]
    [InlineData("/devicelogin")]
    public async Task A_form_that_ends_in_the_middle_is_refused(string path)
    {
        using ByteArrayContent half = new("--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\npass"u8.ToArray());
        half.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using HttpResponseMessage answer = await target.Http.PostAsync(new Uri(path, UriKind.Relative), half, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    // B760: five parts, as of a token that is encrypted, were a mistake of the server.
    [Theory]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.A.A.A.A")]
    [InlineData("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJhdWQiOiJ4In0.c2lnc.AAAAA.e30")]
    [InlineData("e30.e30.e30.e30.e")]
    [InlineData("....")]
    public async Task A_token_of_five_parts_is_no_token(string token)
    {
        foreach (string path in (string[])["/v1.0/organization", "/scim/v2/Users", "/berth/v1/applications"])
        {
            using HttpRequestMessage request = UnderTest.Request("GET", path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage answer = await target.Http.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    // B760: a tenant's name was decoded twice, and %2500 was a mistake of the server.
    [Theory]
    [InlineData("/a%2500/v2.0/.well-known/openid-configuration")]
    [InlineData("/a%2500b/oauth2/v2.0/token")]
    [InlineData("/a%25ff/oauth2/v2.0/authorize")]
    [InlineData("/%25252500/discovery/v2.0/keys?x")]
    [InlineData("/a%2500/oauth2/v2.0/devicecode")]
    public async Task A_percent_sign_of_a_tenants_name_stays_one(string path)
    {
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete])
        {
            using HttpRequestMessage request = new(method, new Uri($"http://127.0.0.1:{target.Berth.Http!.Port}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            using HttpResponseMessage answer = await target.Http.SendAsync(request, Cancel);
            Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {answer.StatusCode}");
        }
    }

    // B760, B785
    [Theory]
    [InlineData("{\"urls\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":\"x\"}")]
    public void Half_a_character_in_the_settings_of_the_server_is_told(string text)
    {
        (_, _, string? error) = ServeSettings.Complete(["serve", "--config", Put(text)], static _ => null);
        Assert.Contains("half a character", error, StringComparison.Ordinal);
    }

    // B760, B817
    [Theory]
    [InlineData("{\"name\":null}")]
    [InlineData("{\"name\":\"a\",\"server\":\"ldap://x\",\"users\":null}")]
    [InlineData("{\"name\":\"a\",\"server\":\"ldap://x\",\"users\":{\"base\":null}}")]
    [InlineData("{\"name\":\"a\",\"server\":\"ldap://x\",\"users\":{\"base\":\"dc=x\",\"attributes\":{\"mail\":null}}}")]
    [InlineData("{\"name\":\"a\",\"server\":\"ldap://x\",\"users\":{\"base\":\"dc=x\"},\"groups\":{\"base\":\"dc=x\",\"nested\":null}}")]
    public void Nothing_where_something_belongs_in_the_settings_of_LDAP_is_told(string text) =>
        Assert.Contains("null stands where", Assert.Throws<SourceFailedException>(() => LdapSettings.Read(new FileInfo(Put(text)))).Message, StringComparison.Ordinal);

    // B760, B590
    [Theory]
    [InlineData("sep=\nuser\na@x.example\n")]
    [InlineData("sep=\"\nuser\na@x.example\n")]
    [InlineData("sep=a\nuser\na@x.example\n")]
    public void A_separator_that_is_none_is_told(string text) =>
        Assert.Contains("'sep=' names no separator", Assert.IsType<ListReading.Unreadable>(UserList.Read(text, "list.csv")).Problem, StringComparison.Ordinal);

    // B760, B708: with a good checksum, whoever added it up; also what is looked at only when it is written.
    [Theory]
    [InlineData((int)TransferFile.Kind.Tenant, "C8")]
    [InlineData((int)TransferFile.Kind.Event, "C8")]
    [InlineData((int)TransferFile.Kind.Answer, "C8")]
    [InlineData((int)TransferFile.Kind.Blob, "C8")]

    // A text whose length is below zero.
    [InlineData((int)TransferFile.Kind.Event, "000000000000000000000000000000000000000000000000FFFFFFFF0F")]
    [InlineData((int)TransferFile.Kind.Answer, "FFFFFFFF0F")]
    [InlineData((int)TransferFile.Kind.Blob, "FFFFFFFF0F")]
    public async Task A_record_of_an_export_that_cannot_be_read_is_refused_before_anything_is_written(int kind, string content)
    {
        string path = Path.Combine(_folder.FullName, "export");
        await using (FileStream file = File.Create(path))
        {
            using TransferFile.Writer writer = new(file, Cancel);
            await writer.BeginAsync(false);
            await writer.PutAsync((TransferFile.Kind)kind, to => to.Write(Convert.FromHexString(content)));
            await writer.EndAsync();
        }

        Assert.Contains("a record in it cannot be read", Assert.Throws<LedgerRefusedException>(() => LedgerImport.Read(path, Cancel)).Message, StringComparison.Ordinal);
    }

    // B760, B739
    [Fact]
    public async Task What_an_issuer_says_in_no_characters_is_a_sign_in_that_came_to_nothing()
    {
        await using AnyAnswer there = new();
        byte[] discovery = Encoding.UTF8.GetBytes($$"""{"issuer":"{{there.Address}}","authorization_endpoint":"{{there.Address}}/a","token_endpoint":"{{there.Address}}/t","jwks_uri":"{{there.Address}}/k"}""");
        foreach ((byte[] told, byte[] keys) in ((byte[], byte[])[])
        [
            (Encoding.UTF8.GetBytes("""{"issuer":"\ud800"}"""), "{}"u8.ToArray()),
            (discovery, [.. "{\"keys\":[{\"kty\":\""u8, 0xed, 0xa0, .. "\"}]}"u8]),
            (discovery, "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"!\"}]}"u8.ToArray()),
        ])
        {
            there.Answer = request => AnyAnswer.Ok(request.StartsWith("GET /k", StringComparison.Ordinal) ? keys : request.StartsWith("GET /.well-known", StringComparison.Ordinal) ? told : "{}"u8.ToArray());
            using ExternalIssuer issuer = new(new ExternalIssuerOptions(new Uri(there.Address), "c", null, ExternalUserClaim.Subject, null, new Dictionary<string, DirectoryRole>(), false), TimeProvider.System);
            await Assert.ThrowsAsync<ExternalSignInException>(() => issuer.RedeemAsync("code", "verifier", "n", "http://127.0.0.1/back", Cancel));
        }
    }

    private string Put(string text)
    {
        string path = Path.Combine(_folder.FullName, "settings.json");
        File.WriteAllText(path, text);
        return path;
    }
}
