using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Berth.Serving;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Identity;

/// <summary>
/// The one small page on which people sign in: plain HTML that needs no script and asks nobody else for anything. A form counts only with the token that the
/// page gave the same browser in a cookie.
/// </summary>
internal static class SignInPage
{
    private const string Cookie = "berth-sign-in";
    private const string Token = "anti-forgery";

    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}label{display:block;margin-top:1rem}"
        + "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #5c5c5c;border-radius:.25rem}"
        + "button{font:inherit;margin-top:1.5rem;padding:.5rem 1.5rem;border:0;border-radius:.25rem;color:#fff;background:#0f5ca8}"
        + "[role=alert]{padding:.75rem;border-left:.25rem solid #b10e1e;background:#fdf1f2}"
        + "@media(prefers-color-scheme:dark){body{color:#f5f5f5;background:#1f1f1f}input{color:inherit;background:#292929;border-color:#adadad}"
        + "button{color:#0b1a29;background:#62abf5}[role=alert]{background:#3b1519;border-color:#f1707b}}";

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <summary>Reads a form of the page; null when it is none, too large, or not from the page.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || await context.ReadBodyAsync(TokenRequestLimits.Body).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        context.Request.Body = new MemoryStream(body.ToArray(), false);
        try
        {
            IFormCollection form = await context.Request.ReadFormAsync(
                new FormOptions
                {
                    ValueCountLimit = TokenRequestLimits.Parameters,
                    KeyLengthLimit = TokenRequestLimits.ParameterName,
                    ValueLengthLimit = TokenRequestLimits.ParameterValue,
                },
                context.RequestAborted).ConfigureAwait(false);
            byte[] sent = Encoding.UTF8.GetBytes(form[Token].ToString());
            byte[] own = Encoding.UTF8.GetBytes(context.Request.Cookies[Cookie] ?? "");
            return own.Length > 0 && CryptographicOperations.FixedTimeEquals(sent, own) ? form : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            // Too large, or a form of several parts that ends in the middle of one.
            return null;
        }
    }

    /// <summary>Writes the page with its form.</summary>
    /// <param name="context">The request.</param>
    /// <param name="title">What the person is about to do.</param>
    /// <param name="problem">What went wrong the last time, or null.</param>
    /// <param name="userCode">The code of a device to show in a field of its own; null when there is none to type.</param>
    /// <param name="name">The sign-in name to begin with.</param>
    /// <param name="leadsTo">An origin beside our own where the form may end.</param>
    /// <param name="status">The status.</param>
    /// <param name="elsewhere">An issuer to sign in at instead, and the link that begins it (B739).</param>
    public static Task WriteFormAsync(HttpContext context, string title, string? problem, string? userCode, string name, string? leadsTo, int status = StatusCodes.Status200OK, (string Name, string Link)? elsewhere = null)
    {
        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        context.Response.Cookies.Append(Cookie, token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = "/",
        });
        StringBuilder form = new();
        form.Append("<form method=\"post\">").Append("<input type=\"hidden\" name=\"").Append(Token).Append("\" value=\"").Append(token).Append("\">");
        if (userCode is not null)
        {
            Field(form, "user_code", "Code on the device", "text", userCode, "off", isFirst: userCode.Length == 0);
        }

        Field(form, "username", "Sign-in name", "email", name, "username", isFirst: userCode is null or { Length: > 0 });
        Field(form, "password", "Password", "password", "", "current-password", isFirst: false);
        form.Append("<button type=\"submit\" name=\"answer\" value=\"yes\">Sign in</button>");
        if (userCode is not null)
        {
            form.Append(" <button type=\"submit\" name=\"answer\" value=\"no\" formnovalidate>Decline</button>");
        }

        form.Append("</form>");
        if (elsewhere is { } issuer)
        {
            form.Append(LinkTo(issuer.Name, issuer.Link));
        }

        return WriteAsync(context, title, problem, form.ToString(), leadsTo, status);
    }

    /// <summary>Writes the page of a server that takes no passwords: the way to its issuer, which the person takes (B739).</summary>
    public static Task WriteLinkAsync(HttpContext context, string title, string name, string link) => WriteAsync(context, title, null, LinkTo(name, link), null, StatusCodes.Status200OK);

    private static string LinkTo(string name, string link) => $"<p><a id=\"elsewhere\" href=\"{WebUtility.HtmlEncode(link)}\">Sign in at {WebUtility.HtmlEncode(name)}</a></p>";

    /// <summary>Writes a page with a sentence.</summary>
    public static Task WriteTextAsync(HttpContext context, string title, string? problem, string sentence, int status = StatusCodes.Status200OK) =>
        WriteAsync(context, title, problem, $"<p>{WebUtility.HtmlEncode(sentence)}</p>", null, status);

    private static Task WriteAsync(HttpContext context, string title, string? problem, string content, string? leadsTo, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action 'self'{(leadsTo is null ? "" : " " + leadsTo)}; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        string text = WebUtility.HtmlEncode(title);
        string alert = problem is null ? "" : $"<p role=\"alert\" id=\"problem\">{WebUtility.HtmlEncode(problem)}</p>";
        return context.Response.WriteAsync(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            + $"<title>{text} - Berth</title><style>{Style}</style></head><body><main><h1>{text}</h1>{alert}{content}</main></body></html>",
            context.RequestAborted);
    }

    private static void Field(StringBuilder form, string name, string label, string type, string value, string autocomplete, bool isFirst) => form
        .Append($"<label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" type=\"{type}\" autocomplete=\"{autocomplete}\" required value=\"")
        .Append(WebUtility.HtmlEncode(value)).Append(isFirst ? "\" autofocus>" : "\">");
}
