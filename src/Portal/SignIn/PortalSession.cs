using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Berth.Portal.SignIn;

/// <summary>
/// Who is signed in, and how they come in: authorization code with PKCE at Berth's own page (RFC 6749, 4.1, RFC 7636), renewed by refresh token (B606). What it
/// holds is kept for this tab only, and nothing of it goes anywhere but to the origin that served the page.
/// </summary>
public sealed class PortalSession(HttpClient http, IJSRuntime js, NavigationManager navigation, TimeProvider time)
{
    private const string ClientId = "3f0c6d0a-6f5d-4c0f-9a55-be47b0a7d1c6";
    private const string Authority = "organizations/oauth2/v2.0/";
    private const string RedirectPath = "sign-in";
    private const string KeptSession = "berth.session";
    private const string KeptSigningIn = "berth.signing-in";

    // All that the admin center is registered for. Whoever is no administrator gets User.Read of it, and each page says what it lacks (B204).
    private const string Scopes = "openid profile offline_access https://graph.microsoft.com/.default";

    /// <summary>Renewed this long before the end, so that no request meets it.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(2);

    private Task<bool>? _renewing;
    private Task? _leaving;

    /// <summary>Who is signed in, or null.</summary>
    public SignedIn? Current { get; private set; }

    /// <summary>Somebody came or went.</summary>
    public event Action? Changed;

    /// <summary>Takes up what this tab has kept. Called once, before the first page.</summary>
    public async Task ResumeAsync()
    {
        if (await ReadAsync(KeptSession, SignInJson.Default.SignedIn) is { } kept)
        {
            Current = kept;
            Changed?.Invoke();
        }
    }

    /// <summary>A token that is still good, or null when nobody is signed in or their sign-in is over.</summary>
    public async ValueTask<string?> TokenAsync()
    {
        if (Current is null || (time.GetUtcNow() >= Current.Ends - Early && !await RenewAsync()))
        {
            return null;
        }

        return Current?.AccessToken;
    }

    /// <summary>Gets the next access token. False when the refresh token is not good any more: the person has to sign in again.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached; the sign-in is kept.</exception>
    public async Task<bool> RenewAsync()
    {
        // Several requests may find out at once; one of them asks.
        Task<bool> renewing = _renewing ??= OnceAsync();
        try
        {
            return await renewing;
        }
        finally
        {
            _renewing = null;
        }
    }

    private async Task<bool> OnceAsync()
    {
        if (Current is not { } before)
        {
            return false;
        }

        TokenAnswer answer = await AskAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = before.RefreshToken, ["scope"] = Scopes });
        if (answer.AccessToken is null)
        {
            await ForgetAsync();
            return false;
        }

        await KeepAsync(before with
        {
            AccessToken = answer.AccessToken,
            RefreshToken = answer.RefreshToken ?? before.RefreshToken,
            Ends = time.GetUtcNow().AddSeconds(answer.ExpiresIn),
        });
        return true;
    }

    /// <summary>Leaves for the sign-in page; an installation without a tenant is set up first (B608).</summary>
    /// <param name="returnTo">Where to go afterwards, below the portal.</param>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task BeginAsync(string returnTo)
    {
        // Several requests may find that the sign-in is over; two that left would take each other's answer for a stranger's.
        Task leaving = _leaving ??= LeaveAsync(returnTo);
        try
        {
            await leaving;
        }
        catch (HttpRequestException)
        {
            _leaving = null;
            throw;
        }
    }

    private async Task LeaveAsync(string returnTo)
    {
        SetUpState? setUp = await http.GetFromJsonAsync("berth/v1/setup", SignInJson.Default.SetUpState);
        if (setUp is { IsNeeded: true })
        {
            _leaving = null;
            navigation.NavigateTo("set-up", replace: true);
            return;
        }

        SigningIn signingIn = new(Random(), Random(), returnTo);
        await WriteAsync(KeptSigningIn, signingIn, SignInJson.Default.SigningIn);
        string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(signingIn.Verifier)));
        navigation.NavigateTo(
            AddressOf(new Uri(http.BaseAddress!, Authority + "authorize"), new()
            {
                ["client_id"] = ClientId,
                ["response_type"] = "code",
                ["response_mode"] = "query",
                ["redirect_uri"] = RedirectUri,
                ["scope"] = Scopes,
                ["state"] = signingIn.State,
                ["code_challenge"] = challenge,
                ["code_challenge_method"] = "S256",
            }),
            forceLoad: true);
    }

    /// <summary>Takes the answer of the sign-in page. Either where to go now, or what went wrong, in words (B607).</summary>
    public async Task<(string? ReturnTo, string? Problem)> FinishAsync(string? code, string? state, string? error, string? description)
    {
        SigningIn? asked = await ReadAsync(KeptSigningIn, SignInJson.Default.SigningIn);
        await RemoveAsync(KeptSigningIn);
        if (asked is null || state != asked.State)
        {
            return (null, "This answer does not belong to a sign-in of this tab: it is old, or was begun elsewhere.");
        }

        if (error is not null || code is null)
        {
            return (null, description ?? error ?? "The sign-in page sent no code.");
        }

        TokenAnswer answer;
        try
        {
            answer = await AskAsync(new() { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = RedirectUri, ["code_verifier"] = asked.Verifier });
        }
        catch (HttpRequestException)
        {
            return (null, "Berth cannot be reached. Is the server still running?");
        }

        if (answer is not { AccessToken: { } token, RefreshToken: { } refresh, IdToken: { } idToken })
        {
            return (null, answer.Description ?? answer.Error ?? "The server gave no token.");
        }

        IdClaims claims = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(idToken.Split('.')[1]), SignInJson.Default.IdClaims)!;
        string name = claims.UserPrincipalName ?? "";
        await KeepAsync(new SignedIn(token, refresh, time.GetUtcNow().AddSeconds(answer.ExpiresIn), claims.Id, claims.Name ?? name, name));
        return (asked.ReturnTo, null);
    }

    /// <summary>Signs out: this tab forgets everything it had.</summary>
    public async Task SignOutAsync()
    {
        await ForgetAsync();
        navigation.NavigateTo("signed-out", replace: true);
    }

    private string RedirectUri => navigation.BaseUri + RedirectPath;

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private async Task<TokenAnswer> AskAsync(Dictionary<string, string> form)
    {
        form["client_id"] = ClientId;
        using FormUrlEncodedContent content = new(form);
        using HttpResponseMessage response = await http.PostAsync(Authority + "token", content);
        return await response.Content.ReadFromJsonAsync(SignInJson.Default.TokenAnswer) ?? throw new HttpRequestException("The token endpoint answered nothing.");
    }

    private async Task KeepAsync(SignedIn signedIn)
    {
        Current = signedIn;
        await WriteAsync(KeptSession, signedIn, SignInJson.Default.SignedIn);
        Changed?.Invoke();
    }

    private async Task ForgetAsync()
    {
        Current = null;
        await RemoveAsync(KeptSession);
        Changed?.Invoke();
    }

    private static string AddressOf(Uri address, Dictionary<string, string> query) =>
        $"{address}?{string.Join('&', query.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}";

    private async Task<T?> ReadAsync<T>(string key, JsonTypeInfo<T> type)
        where T : class
    {
        string? text = await js.InvokeAsync<string?>("sessionStorage.getItem", key);
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            // Kept by another version of the page: as good as nothing.
            return null;
        }
    }

    private ValueTask WriteAsync<T>(string key, T value, JsonTypeInfo<T> type) => js.InvokeVoidAsync("sessionStorage.setItem", key, JsonSerializer.Serialize(value, type));

    private ValueTask RemoveAsync(string key) => js.InvokeVoidAsync("sessionStorage.removeItem", key);
}
