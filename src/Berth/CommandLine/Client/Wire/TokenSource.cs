using System.Net;
using System.Text.Json;

namespace Berth.CommandLine.Client.Wire;

/// <summary>Tokens of one application (client credentials), kept until shortly before they end.</summary>
internal sealed class TokenSource(HttpClient http, Connection connection, TimeProvider time) : IDisposable
{
    // A token that ends while a request is on its way would be refused.
    private static readonly TimeSpan _margin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _one = new(1);
    private string? _token;
    private DateTimeOffset _until;

    /// <summary>A token that is good now.</summary>
    /// <exception cref="ConnectionFailedException">The authority refuses, with its reason.</exception>
    public async Task<string> GetAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return _token is { } kept && time.GetUtcNow() < _until ? kept : await AskAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets a token that was refused.</summary>
    public void Forget(string refused) => Interlocked.CompareExchange(ref _token, null, refused);

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<string> AskAsync(CancellationToken cancel)
    {
        string address = $"{connection.Authority.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{connection.Tenant}/oauth2/v2.0/token";
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = connection.ClientId,
            ["client_secret"] = connection.Secret,
            ["scope"] = connection.Scope,
        });
        using HttpResponseMessage response = await http.PostAsync(new Uri(address), form, cancel).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
        {
            throw new HttpRequestException($"{address} answered with status {(int)response.StatusCode}.", null, response.StatusCode);
        }

        WireToken? token;
        try
        {
            token = JsonSerializer.Deserialize(body, WireJson.Default.WireToken);
        }
        catch (JsonException e)
        {
            throw new ConnectionFailedException($"{address} answered with status {(int)response.StatusCode} and no token: is --authority right?", e);
        }

        if (token?.AccessToken is not { Length: > 0 } granted)
        {
            // The description goes on with trace ids in further lines.
            string reason = (token?.ErrorDescription ?? token?.Error ?? $"status {(int)response.StatusCode}").Split('\r', '\n')[0];
            throw new ConnectionFailedException(
                $"{connection.Authority.Host} does not sign in {connection.ClientId} of tenant {connection.Tenant}: {reason} "
                + $"Check --tenant, --client-id and {ConnectionOptions.SecretVariable}.");
        }

        TimeSpan life = TimeSpan.FromSeconds(token.ExpiresIn);
        _until = time.GetUtcNow() + (life > 2 * _margin ? life - _margin : life / 2);
        return _token = granted;
    }
}
