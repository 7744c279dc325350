using System.Text.Json;

namespace Berth.Connect.Profiles;

/// <summary>The tenants of a data folder: <c>DATA/tenants/NAME/</c>, readable by their owner only, because a copy names everybody of a company.</summary>
/// <param name="data">The data folder, absolute.</param>
public sealed class TenantShelf(string data)
{
    private const string ProfileFile = "profile.json";

    private readonly string _folder = Path.Combine(data, "tenants");

    /// <summary>Where everything of a tenant lies.</summary>
    public string FolderOf(string name) => TenantProfile.IsName(name) ? Path.Combine(_folder, name) : throw new ArgumentException($"'{name}' is no name of a tenant.", nameof(name));

    /// <summary>Whether there is such a tenant.</summary>
    public bool Has(string name) => TenantProfile.IsName(name) && File.Exists(Path.Combine(_folder, name, ProfileFile));

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names() => !Directory.Exists(_folder) ? [] :
    [
        .. Directory.EnumerateDirectories(_folder).Select(folder => Path.GetFileName(folder)).Where(Has).Order(StringComparer.Ordinal).Take(ConnectLimits.Tenants),
    ];

    /// <summary>The profile of a tenant.</summary>
    /// <exception cref="ConnectFailedException">There is none, or it cannot be read.</exception>
    public TenantProfile Read(string name)
    {
        if (!Has(name))
        {
            throw new ConnectFailedException($"there is no tenant '{name}' in {_folder}: 'berth tenant list' names those there are, 'berth tenant add' makes one.");
        }

        string path = Path.Combine(FolderOf(name), ProfileFile);
        try
        {
            if (new FileInfo(path).Length > ConnectLimits.ProfileBytes)
            {
                throw new ConnectFailedException($"{path} is no profile: it has more than {ConnectLimits.ProfileBytes} bytes.");
            }

            TenantProfile profile = JsonSerializer.Deserialize(File.ReadAllBytes(path), ProfileJson.Default.TenantProfile) ?? throw new JsonException("null");
            return profile is { Tenant: not null, ClientId: not null, Graph: not null, Authority: not null } && (profile with { Name = name }).Problem() is not { } problem
                ? profile with { Name = name }
                : throw new ConnectFailedException($"{path} is no profile of a tenant: add it again with 'berth tenant add {name}'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException or UriFormatException)
        {
            throw new ConnectFailedException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Keeps a profile.</summary>
    /// <exception cref="ConnectFailedException">The folder cannot be written, or is full.</exception>
    public void Write(TenantProfile profile)
    {
        if (!Has(profile.Name) && Names().Count >= ConnectLimits.Tenants)
        {
            throw new ConnectFailedException($"{_folder} has {ConnectLimits.Tenants} tenants already: remove one with 'berth tenant remove NAME'.");
        }

        WholeFile.Write(Path.Combine(FolderOf(profile.Name), ProfileFile), stream => JsonSerializer.Serialize(stream, profile, ProfileJson.Default.TenantProfile));
    }

    /// <summary>Forgets a tenant and its copy. The profile goes first, so that what is left of an interrupted removal is no tenant.</summary>
    /// <exception cref="ConnectFailedException">It cannot be deleted.</exception>
    public void Remove(string name)
    {
        try
        {
            File.Delete(Path.Combine(FolderOf(name), ProfileFile));
            Directory.Delete(FolderOf(name), recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectFailedException($"{FolderOf(name)} cannot be deleted: {e.Message}", e);
        }
    }
}
