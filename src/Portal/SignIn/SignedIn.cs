using System.Text.Json.Serialization;

namespace Berth.Portal.SignIn;

/// <summary>A person who is signed in, as the browser's tab keeps it until it is closed.</summary>
/// <param name="AccessToken">Opens Graph.</param>
/// <param name="RefreshToken">Gets the next one.</param>
/// <param name="Ends">When the access token is no longer good.</param>
/// <param name="Id">The object id.</param>
/// <param name="DisplayName">As the directory names them.</param>
/// <param name="UserPrincipalName">The sign-in name.</param>
public sealed record SignedIn(string AccessToken, string RefreshToken, DateTimeOffset Ends, Guid Id, string DisplayName, string UserPrincipalName);

/// <summary>What is remembered while a person is at the sign-in page.</summary>
/// <param name="State">Comes back with the answer: only one that this tab asked for is taken.</param>
/// <param name="Verifier">Meets the challenge that was sent (RFC 7636).</param>
/// <param name="ReturnTo">Where the person wanted to go, below the portal.</param>
internal sealed record SigningIn(string State, string Verifier, string ReturnTo);

/// <summary>The answer of the token endpoint (RFC 6749, 5.1 and 5.2).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken,
    [property: JsonPropertyName("id_token")] string? IdToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? Description);

/// <summary>What the portal reads of an id token: it came from the token endpoint itself, so it is not checked again (OpenID Connect Core, 3.1.3.7).</summary>
internal sealed record IdClaims(
    [property: JsonPropertyName("oid")] Guid Id,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("preferred_username")] string? UserPrincipalName);

/// <summary>Whether the installation still waits for its first tenant.</summary>
internal sealed record SetUpState([property: JsonPropertyName("isNeeded")] bool IsNeeded);

[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(SigningIn))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(IdClaims))]
[JsonSerializable(typeof(SetUpState))]
internal sealed partial class SignInJson : JsonSerializerContext;
