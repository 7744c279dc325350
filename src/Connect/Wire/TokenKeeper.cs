using System.Text;
using Azure.Core;
using Azure.Identity;

namespace Berth.Connect.Wire;

/// <summary>Asks a credential for tokens and keeps one until shortly before it ends.</summary>
internal sealed class TokenKeeper(TokenCredential credential, string scope, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private AccessToken _token;
    private string? _claims;

    /// <summary>A token that is good now.</summary>
    /// <exception cref="ConnectFailedException">The authority refuses, with its reason.</exception>
    public async Task<string> GetAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_token.Token is { } kept && time.GetUtcNow() < _token.ExpiresOn - ConnectLimits.TokenMargin)
            {
                return kept;
            }

            TokenRequestContext wanted = new([scope], claims: _claims, isCaeEnabled: true);
            _claims = null;
            _token = await credential.GetTokenAsync(wanted, cancel).ConfigureAwait(false);
            return _token.Token;
        }
        catch (Exception e) when (e is AuthenticationFailedException or CredentialUnavailableException)
        {
            throw new ConnectFailedException($"the authority does not sign in: {FirstLine(e)}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets a token that was refused, with the claims that Graph wants in the next one.</summary>
    public void Forget(string refused, string? challenge)
    {
        if (_token.Token == refused)
        {
            (_token, _claims) = (default, ClaimsOf(challenge));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static string? ClaimsOf(string? challenge)
    {
        const string Begin = "claims=\"";
        int from = challenge?.IndexOf(Begin, StringComparison.OrdinalIgnoreCase) ?? -1;
        int to = from < 0 ? -1 : challenge!.IndexOf('"', from + Begin.Length);
        if (to < 0)
        {
            return null;
        }

        byte[] bytes = new byte[to - from];
        return Convert.TryFromBase64String(challenge![(from + Begin.Length)..to], bytes, out int written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
    }

    // The whole story has trace ids and links in further lines; the reason is the innermost one's first.
    private static string FirstLine(Exception e)
    {
        Exception inner = e;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        string line = inner.Message.Split('\r', '\n')[0];
        return line.Length <= ConnectLimits.SaidCharacters ? line : line[..ConnectLimits.SaidCharacters];
    }
}
