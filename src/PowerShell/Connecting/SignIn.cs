using System.Net;
using System.Security;
using System.Text.Json;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Connecting;

/// <summary>How a token is had. What it takes is kept in memory only, and shown nowhere (B847).</summary>
/// <param name="tenant">The tenant's id or one of its domains.</param>
/// <param name="clientId">The application.</param>
internal abstract class SignIn(string tenant, string clientId)
{
    /// <summary>What the token is for.</summary>
    protected const string Scope = "https://graph.microsoft.com/.default";

    /// <summary>The tenant.</summary>
    public string Tenant => tenant;

    /// <summary>The application.</summary>
    public string ClientId => clientId;

    /// <summary>Asks for a token.</summary>
    /// <exception cref="BerthException">The server is not there or does not let the caller in.</exception>
    public abstract string Ask(HttpClient http, Uri server, CancellationToken cancel);

    /// <summary>Sends a form to an endpoint of the tenant; the status and what was answered.</summary>
    protected (int Status, JsonElement Answer) Post(HttpClient http, Uri server, string endpoint, CancellationToken cancel, params (string Name, string Value)[] form)
    {
        Uri address = new(server, $"/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/{endpoint}");
        try
        {
            using FormUrlEncodedContent content = new(form.Append(("client_id", clientId)).Select(static field => KeyValuePair.Create(field.Item1, field.Item2)));
            using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = content };
            using HttpResponseMessage response = http.Send(request, cancel);
            using MemoryStream bytes = new();
            response.Content.CopyTo(bytes, null, cancel);
            return ((int)response.StatusCode, ShellJson.Parse(bytes.ToArray()));
        }
        catch (HttpRequestException e)
        {
            throw new BerthException("serverUnreachable", $"{server} does not answer: {e.Message}", 0, e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new BerthException("serverUnreachable", $"{server} did not answer within {http.Timeout.TotalSeconds:0} s.", 0, e);
        }
        catch (JsonException e)
        {
            throw new BerthException("signInFailed", $"{address} answered with something that is not JSON: is it a Berth?", 0, e);
        }
    }

    /// <summary>The token of an answer.</summary>
    /// <exception cref="BerthException">There is none: the server's words say why.</exception>
    protected string TokenOf(Uri server, (int Status, JsonElement Answer) answered)
    {
        // The description goes on with trace ids in further words.
        string reason = (answered.Answer.TextOrNull("error_description") ?? answered.Answer.TextOrNull("error") ?? $"status {answered.Status}").Split(" Trace ID:")[0].Split('\r', '\n')[0];
        return answered.Answer.TextOrNull("access_token") is { Length: > 0 } token
            ? token
            : throw new BerthException("signInFailed", $"{server.Host} does not sign in {clientId} of tenant {tenant}: {reason}", answered.Status);
    }
}

/// <summary>A program signs in by itself, with its secret.</summary>
internal sealed class SecretSignIn(string tenant, string clientId, SecureString secret) : SignIn(tenant, clientId)
{
    /// <inheritdoc/>
    public override string Ask(HttpClient http, Uri server, CancellationToken cancel) => TokenOf(server, Post(
        http,
        server,
        "token",
        cancel,
        ("grant_type", "client_credentials"),
        ("client_secret", new NetworkCredential("", secret).Password),
        ("scope", Scope)));
}

/// <summary>A person signs in, on a page where a code is typed; later tokens come from the refresh token of the first.</summary>
/// <param name="tenant">The tenant's id or one of its domains.</param>
/// <param name="clientId">The application.</param>
/// <param name="tell">Told what the person has to do.</param>
internal sealed class DeviceSignIn(string tenant, string clientId, Action<string> tell) : SignIn(tenant, clientId)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);
    private string? _refresh;

    /// <inheritdoc/>
    public override string Ask(HttpClient http, Uri server, CancellationToken cancel)
    {
        if (_refresh is { } refresh)
        {
            return Keep(server, Post(http, server, "token", cancel, ("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", Scope)));
        }

        (int status, JsonElement device) = Post(http, server, "devicecode", cancel, ("scope", Scope + " offline_access"));
        if (device.TextOrNull("device_code") is not { } code)
        {
            return TokenOf(server, (status, device));
        }

        tell(device.Text("message"));
        TimeSpan interval = device.Number("interval") is > 0 and < 60 and long seconds ? TimeSpan.FromSeconds(seconds) : _interval;
        while (true)
        {
            (int Status, JsonElement Answer) answered = Post(http, server, "token", cancel, ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code));
            switch (answered.Answer.TextOrNull("error"))
            {
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += _interval;
                    break;
                default:
                    return Keep(server, answered);
            }

            cancel.WaitHandle.WaitOne(interval);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private string Keep(Uri server, (int Status, JsonElement Answer) answered)
    {
        string token = TokenOf(server, answered);
        _refresh = answered.Answer.TextOrNull("refresh_token") ?? _refresh;
        return token;
    }
}
