using Berth.Conformance.Tests.Graph;

namespace Berth.Conformance.Tests.Scim;

/// <summary>The writes over SCIM for the test that sends every write twice.</summary>
internal static class ScimLines
{
    private const string Scim = "application/scim+json";

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        Guid user = await room.AddUserAsync("scim.user"), gone = await room.AddUserAsync("scim.gone"), group = await room.AddGroupAsync("scim", user), over = await room.AddGroupAsync("over");
        return
        [
            ("POST /Users", "/scim/v2/Users", """{"userName":"scim.new@fabrikam.example"}""", Scim),
            ("POST /Users/.search", "/scim/v2/Users/.search", """{"filter":"userName sw \"scim\""}""", Scim),
            ("PUT /Users/{user}", $"/scim/v2/Users/{user}", """{"title":"Pilot"}""", Scim),
            ("PATCH /Users/{user}", $"/scim/v2/Users/{user}", """{"Operations":[{"op":"replace","path":"password","value":"never-kept"}]}""", Scim),
            ("DELETE /Users/{user}", $"/scim/v2/Users/{gone}", null, ""),
            ("POST /Groups", "/scim/v2/Groups", $$"""{"displayName":"New","members":[{"value":"{{user}}"}]}""", Scim),
            ("POST /Groups/.search", "/scim/v2/Groups/.search", "{}", Scim),
            ("PUT /Groups/{group}", $"/scim/v2/Groups/{group}", """{"members":[]}""", Scim),
            ("PATCH /Groups/{group}", $"/scim/v2/Groups/{group}", $$"""{"Operations":[{"op":"add","path":"members","value":[{"value":"{{user}}"}]}]}""", Scim),
            ("DELETE /Groups/{group}", $"/scim/v2/Groups/{over}", null, ""),
        ];
    }
}
