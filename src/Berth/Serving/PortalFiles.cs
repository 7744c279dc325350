using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Berth.Serving;

/// <summary>
/// The admin center as files under <c>/portal/</c> (B600 to B603). What a build knows of them (names with fingerprints, compressed forms, headers) is read when the
/// first of them is asked for: a start is none the slower for them.
/// </summary>
internal sealed partial class PortalFiles
{
    /// <summary>Where the admin center begins.</summary>
    public const string Path = "/portal";

    private const string Page = "/index.html";
    private const string Markup = "text/html";
    private const string Lists = "Berth.Portal.staticwebassets.";

    private readonly WebApplication _app;
    private readonly RequestDelegate _next;
    private readonly Lazy<RequestDelegate> _files;
    private readonly Lazy<string> _policy;

    public PortalFiles(WebApplication app, RequestDelegate next)
    {
        (_app, _next) = (app, next);
        _files = new Lazy<RequestDelegate>(MapFiles);
        _policy = new Lazy<string>(ReadPolicy);
    }

    /// <summary>Answers below <see cref="Path"/>, and leads a browser there from the root; everything else goes on.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (context.Request.Path == "/" && isRead && WantsPage(context.Request))
        {
            context.Response.Redirect(Path + "/");
            return Task.CompletedTask;
        }

        if (!context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal, out PathString below))
        {
            return _next(context);
        }

        if (!isRead)
        {
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        if (!below.HasValue)
        {
            context.Response.Redirect(Path + "/");
            return Task.CompletedTask;
        }

        return AnswerAsync(context, below);
    }

    private Task AnswerAsync(HttpContext context, PathString below)
    {
        RequestDelegate files = _files.Value;
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // A person's address is no file: whatever stands after /portal/, the page finds its place by it (B601).
        context.Request.PathBase += Path;
        context.Request.Path = below == "/" || WantsPage(context.Request) ? Page : below;
        if (context.Request.Path == Page)
        {
            headers.ContentSecurityPolicy = _policy.Value;
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        }

        return files(context);
    }

    private RequestDelegate MapFiles()
    {
        // Beside a published program the files lie in wwwroot; beside a built one, a list says where they lie.
        string built = System.IO.Path.Combine(AppContext.BaseDirectory, Lists + "runtime.json");
        if (File.Exists(built))
        {
            StaticWebAssetsLoader.UseStaticWebAssets(
                _app.Environment, new ConfigurationBuilder().AddInMemoryCollection([new(WebHostDefaults.StaticWebAssetsKey, built)]).Build());
        }

        IApplicationBuilder branch = ((IApplicationBuilder)_app).New();
        branch.UseRouting();
        branch.UseEndpoints(endpoints => endpoints.MapStaticAssets(System.IO.Path.Combine(AppContext.BaseDirectory, Lists + "endpoints.json")));
        branch.Run(static context =>
        {
            // Whole as it is: Graph has no words for a file.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        });
        return branch.Build();
    }

    // The one script that stands in the page is the map from names to fingerprinted names, which the build writes: it is allowed by its hash.
    private string ReadPolicy()
    {
        IFileInfo file = _app.Environment.WebRootFileProvider.GetFileInfo(Page);
        using StreamReader reader = new(file.CreateReadStream());
        string hashes = string.Concat(InlineScript().Matches(reader.ReadToEnd())
            .Select(match => $" 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value)))}'"));

        // Attributes of style are how the page's own components say widths and colors; sheets come from here only.
        return $"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
            + "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
    }

    private static bool WantsPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(Markup, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("<script(?![^>]*\\ssrc=)[^>]*>(.*?)</script>", RegexOptions.Singleline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InlineScript();
}
