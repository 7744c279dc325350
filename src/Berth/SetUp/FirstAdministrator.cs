using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;

namespace Berth.SetUp;

/// <summary>The first person of a new tenant, who administers it (B609).</summary>
internal sealed class FirstAdministrator(UserPasswords passwords, Administrators administrators)
{
    /// <summary>The shortest password, in characters: nobody else is there who could notice that it was guessed.</summary>
    public const int ShortestPassword = 12;

    /// <summary>What is wrong with the person, or null. Asked before the code is used, so that a mistake costs nothing.</summary>
    public static string? Problem(SetUpAdministrator? wanted, string domain) =>
        wanted is null ? null
        : !IsName(wanted.UserPrincipalName, domain) ? $"'administrator.userPrincipalName' must be a sign-in name of the tenant, such as admin@{domain}, of at most {User.LongestUserPrincipalName} characters."
        : wanted.Password is null || wanted.Password.Length is < ShortestPassword or > GraphLimits.PasswordCharacters
            ? $"'administrator.password' must have {ShortestPassword} to {GraphLimits.PasswordCharacters} characters."
        : null;

    /// <summary>Makes the person; durable when it returns.</summary>
    public async Task MakeAsync(TenantDesk desk, SetUpAdministrator wanted)
    {
        string name = wanted.UserPrincipalName!;
        string alias = name[..name.IndexOf('@', StringComparison.Ordinal)];
        User person = new(
            Guid.NewGuid(), name, "Administrator", alias, true, desk.Current.Profile.Country, default, default(UserAttributes).With(UserAttribute.UserType, "Member"));
        if (await desk.SubmitAsync(new Command.CreateUser(person), Actor.Berth, null, CancellationToken.None).ConfigureAwait(false)
            is not Submission.Done { Decision: Decision.Accepted })
        {
            throw new InvalidOperationException($"The first administrator {name} of a tenant without users was refused.");
        }

        await passwords.KeepAsync(desk, new NewPassword(person.Id, wanted.Password!), CancellationToken.None).ConfigureAwait(false);
        await IdentityRecord.WriteAtAsync(desk, Actor.Berth, IdentityAct.RoleAssigned, person.Id, name, DirectoryRole.GlobalAdministrator.DisplayName).ConfigureAwait(false);
        await administrators.AddAsync(desk.Id, person.Id, DirectoryRole.GlobalAdministrator, CancellationToken.None).ConfigureAwait(false);
    }

    private static bool IsName(string? name, string domain)
    {
        int at = name?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0
            && name!.Length <= User.LongestUserPrincipalName
            && name.AsSpan(at + 1).Equals(domain, StringComparison.OrdinalIgnoreCase)
            && name.AsSpan(0, at).IndexOfAnyExcept(Alias) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> Alias =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");
}
