using Berth.Connect;
using Berth.Connect.Profiles;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>What is kept of a tenant, and what never is (B560).</summary>
public sealed class Shelf : IDisposable
{
    private static readonly TenantProfile _good = new(
        "contoso", "contoso.example", "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20", CredentialKind.ClientSecret, TenantProfile.MicrosoftGraph, TenantProfile.AuthorityOf(TenantProfile.MicrosoftGraph), "CONTOSO_SECRET");

    private readonly string _data = Directory.CreateTempSubdirectory("berth-shelf-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void A_profile_comes_back_as_it_was_kept_and_is_its_owners_alone()
    {
        TenantShelf shelf = new(_data);
        shelf.Write(_good);
        shelf.Write(_good with { Name = "b", Credential = CredentialKind.Certificate, SecretVariable = null, CertificateFile = "/keys/b.pem" });

        Assert.Equal(["b", "contoso"], shelf.Names());
        Assert.Equal(_good, shelf.Read("contoso"));
        Assert.Equal("https://graph.microsoft.com/.default", shelf.Read("b").Scope);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(shelf.FolderOf("b"), "profile.json")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(shelf.FolderOf("b")));
        }

        shelf.Remove("b");
        Assert.False(shelf.Has("b"));
        Assert.Contains("there is no tenant 'b'", Assert.Throws<ConnectFailedException>(() => shelf.Read("b")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""{"name":"contoso","tenant":"x","clientId":"y","credential":"Guess","graph":"https://g","authority":"https://a"}""")]
    [InlineData("""{"name":"contoso","tenant":"contoso.example","clientId":"b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20","credential":"DeviceCode","graph":"http://elsewhere.example","authority":"https://a"}""")]
    public void What_is_no_profile_is_said_to_be_none(string text)
    {
        TenantShelf shelf = new(_data);
        shelf.Write(_good);
        File.WriteAllText(Path.Combine(shelf.FolderOf("contoso"), "profile.json"), text);
        Assert.Throws<ConnectFailedException>(() => shelf.Read("contoso"));
    }

    [Theory]
    [InlineData("contoso", true)]
    [InlineData("a-1", true)]
    [InlineData("", false)]
    [InlineData("Contoso", false)]
    [InlineData("../contoso", false)]
    [InlineData("-a", false)]
    [InlineData("a\n", false)]
    public void A_name_is_small_letters_digits_and_hyphens(string name, bool isName) => Assert.Equal(isName, TenantProfile.IsName(name));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_name_has_at_most_64_characters(int length, bool isName) => Assert.Equal(isName, TenantProfile.IsName(new string('a', length)));

    [Fact]
    public void A_profile_says_what_is_wrong_with_it()
    {
        Assert.Null(_good.Problem());
        Assert.Null((_good with { Graph = new Uri("http://127.0.0.1:5365"), Authority = new Uri("https://localhost:5366") }).Problem());
        Assert.All(
            new[]
            {
                _good with { Tenant = "a b" }, _good with { ClientId = "someone" }, _good with { Graph = new Uri("http://graph.example") }, _good with { Graph = new Uri("https://u:p@graph.example") },
                _good with { Authority = new Uri("http://127.0.0.1:5365") }, _good with { Credential = CredentialKind.Certificate }, _good with { SecretVariable = "A B" },
            },
            bad => Assert.NotNull(bad.Problem()));
    }

    [Fact]
    public void Each_cloud_of_Microsoft_has_its_own_authority_and_scope()
    {
        Assert.Equal(new Uri("https://login.microsoftonline.us"), TenantProfile.AuthorityOf(new Uri("https://graph.microsoft.us")));
        Assert.Equal("https://graph.microsoft.us/.default", (_good with { Graph = new Uri("https://graph.microsoft.us") }).Scope);
        Assert.Equal("https://graph.microsoft.com/.default", (_good with { Graph = new Uri("http://127.0.0.1:5365") }).Scope);
        Assert.True(_good.IsMicrosofts);
        Assert.False((_good with { Authority = new Uri("https://localhost:5366") }).IsMicrosofts);
    }

    [Fact]
    public void A_secret_that_is_missing_is_asked_for_by_its_variable() => Assert.Equal(
        "there is no secret to sign in as b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20: set CONTOSO_SECRET to it.",
        Assert.Throws<ConnectFailedException>(() => SignIn.Of(_good, null, static _ => { })).Message);
}
