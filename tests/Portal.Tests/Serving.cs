using System.Net;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Process;

namespace Berth.Portal.Tests;

/// <summary>The admin center as files.</summary>
[Collection(Machines.Name)]
public sealed class Serving(PortalUnderTest portal) : PortalTests(portal)
{
    private const string Page = "text/html,application/xhtml+xml,*/*;q=0.8";

    [Theory]
    [InlineData("/", Page, HttpStatusCode.Redirect, "/portal/")] // B600
    [InlineData("/", "application/json", HttpStatusCode.BadRequest, null)]
    [InlineData("/portal", Page, HttpStatusCode.Redirect, "/portal/")]
    public async Task A_browser_at_the_root_is_led_to_the_admin_center_and_nobody_else_is(string path, string accept, HttpStatusCode status, string? location)
    {
        using HttpResponseMessage response = await AskAsync(path, accept);

        Assert.Equal((status, location), (response.StatusCode, response.Headers.Location?.ToString()));
    }

    // B600
    [Fact]
    public async Task A_program_that_was_built_and_not_published_serves_it_as_well()
    {
        await using BerthProcess built = await BerthProcess.StartBuiltAsync("--demo", "--seed", "none");
        using HttpClient client = new() { BaseAddress = built.Http };
        string page = await client.GetStringAsync(new Uri("/portal/", UriKind.Relative), Cancel);
        string[] files = [.. Regex.Matches(page, "(?:src|href)=\"(?<file>[^\"]+\\.\\w+)\"").Select(match => match.Groups["file"].Value)];

        Assert.Contains(files, file => file.StartsWith("_framework/dotnet", StringComparison.Ordinal));
        foreach (string file in files)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("/portal/" + file, UriKind.Relative), Cancel);
            Assert.Equal((file, HttpStatusCode.OK), (file, answer.StatusCode));
        }
    }

    [Theory]
    [InlineData("/portal/", Page)]
    [InlineData("/portal/", "*/*")]
    [InlineData("/portal/users/ada.lovelace@contoso.example", Page)] // B601
    [InlineData("/portal/nobody/knows/this.page", Page)]
    public async Task Any_address_that_a_browser_asks_for_as_a_page_is_the_page(string path, string accept)
    {
        using HttpResponseMessage response = await AskAsync(path, accept);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("<base href=\"/portal/\">", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_found_and_nothing_is_written_there()
    {
        using HttpResponseMessage missing = await AskAsync("/portal/_framework/nothing.js", "*/*");
        using HttpClient client = new() { BaseAddress = Portal.Berth.Http };
        using HttpResponseMessage written = await client.PostAsync(new Uri("/portal/", UriKind.Relative), new StringContent(""), Cancel);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed), (missing.StatusCode, written.StatusCode));
    }

    // B602
    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_name_with_a_fingerprint_is_kept_for_good_and_the_page_is_asked_for_again(string encoding)
    {
        using HttpResponseMessage page = await AskAsync("/portal/", Page);
        string html = await page.Content.ReadAsStringAsync(Cancel);
        string script = Regex.Match(html, @"_framework/blazor\.webassembly\.\w+\.js").Value;
        using HttpResponseMessage file = await AskAsync("/portal/" + script, "*/*", encoding);
        using HttpResponseMessage again = await AskAsync("/portal/", Page, null, page.Headers.ETag!.ToString());

        Assert.Equal("max-age=31536000, immutable", file.Headers.GetValues("Cache-Control").Single().Replace("public, ", "", StringComparison.Ordinal));
        Assert.Equal([encoding], file.Content.Headers.ContentEncoding);
        Assert.True(page.Headers.CacheControl!.NoCache);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    // B603
    [Fact]
    public async Task The_page_says_that_it_loads_nothing_from_elsewhere_and_stands_in_no_frame()
    {
        using HttpResponseMessage page = await AskAsync("/portal/users", Page);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();

        Assert.StartsWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("'unsafe-inline'", policy.Replace("style-src-attr 'unsafe-inline'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "no-referrer"), (page.Headers.GetValues("X-Content-Type-Options").Single(), page.Headers.GetValues("Referrer-Policy").Single()));
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string accept, string? encoding = null, string? tag = null)
    {
        using HttpClientHandler handler = new() { AllowAutoRedirect = false, UseProxy = false };
        using HttpClient client = new(handler) { BaseAddress = Portal.Berth.Http };
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("Accept", accept);
        if (encoding is not null)
        {
            request.Headers.Add("Accept-Encoding", encoding);
        }

        if (tag is not null)
        {
            request.Headers.Add("If-None-Match", tag);
        }

        return await client.SendAsync(request, Cancel);
    }
}
