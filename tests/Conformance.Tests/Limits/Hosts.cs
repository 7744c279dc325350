using Berth.Conformance.Tests.BadInput;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>The name of the host that a request came to (B769).</summary>
[Collection(nameof(UnderTest))]
public sealed class Hosts(UnderTest target)
{
    // B769
    [Theory]
    [InlineData("", true)]
    [InlineData("localhost:5365", true)]
    [InlineData("berth_1.example.", true)]
    [InlineData("[::1]:5366", true)]
    [InlineData("[::1]", true)]
    [InlineData("a:", true)]
    [InlineData("a..b", false)]
    [InlineData(".a", false)]
    [InlineData("a b", false)]
    [InlineData("\u00fcber.example", false)]
    [InlineData("a:65536", false)]
    [InlineData("a:-1", false)]
    [InlineData("[::1", false)]
    [InlineData("[::1]x", false)]
    [InlineData("[x]", false)]
    [InlineData("[", false)]
    public void A_host_is_a_name_or_an_address_and_perhaps_a_port(string text, bool isOne) => Assert.Equal(isOne, HostNames.IsHost(text));

    // B769: at, below and above.
    [Fact]
    public void A_name_has_253_characters_and_63_between_two_dots()
    {
        foreach (int length in (int[])[HostNames.LongestLabel - 1, HostNames.LongestLabel, HostNames.LongestLabel + 1])
        {
            Assert.Equal(length <= HostNames.LongestLabel, HostNames.IsHost(new string('a', length)));
        }

        string most = string.Join('.', Enumerable.Repeat(new string('a', 49), 5));
        foreach (int more in (int[])[3, 4, 5])
        {
            string name = most + new string('b', more);
            Assert.Equal(name.Length <= HostNames.LongestName, HostNames.IsHost(name));
        }
    }

    // B769
    [Theory]
    [InlineData("/v1.0/organization")]
    [InlineData("/common/v2.0/.well-known/openid-configuration")]
    [InlineData("/portal/")]
    [InlineData("/berth/v1/setup")]
    public async Task What_is_no_host_is_refused_on_every_path(string path)
    {
        using HttpRequestMessage request = UnderTest.Request("GET", path);
        request.Headers.TryAddWithoutValidation("Host", $"{new string('a', 80)}_b");
        (await target.RefusedAsync(request, 400, "BadRequest", "hostInvalid", "The Host header is no name of a host: letters, digits, hyphens and dots, and perhaps a port.")).Dispose();
    }
}
