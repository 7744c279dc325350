using System.Collections.Frozen;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Users: list, one, and the groups one belongs to, directly and at any depth.</summary>
internal static class UserReads
{
    /// <summary>How users are answered, also by writes.</summary>
    public static Resource<UserRow> Users { get; } = new(DirectoryShapes.User, "users", DirectoryCapabilities.User);

    /// <summary>Who may read them.</summary>
    public static RouteAccess Read { get; } = RouteAccess.AnyOf("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    private static readonly RouteAccess ReadGroupsOf = RouteAccess.AnyOf(
        "GroupMember.Read.All", "User.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "User.ReadWrite.All", "Group.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All");

    // Texts that a filter often asks for: properties of users by their names.
    private static readonly FrozenDictionary<string, Func<User, Utf8Text>> Texts = Enum.GetValues<UserAttribute>()
        .Select(static attribute => KeyValuePair.Create<string, Func<User, Utf8Text>>(JsonNamingPolicy.CamelCase.ConvertName(attribute.ToString()), user => user.Attributes.Utf8(attribute)))
        .Where(static one => DirectoryShapes.User.Find(one.Key) is Utf8Property<UserRow>)
        .Append(KeyValuePair.Create<string, Func<User, Utf8Text>>("displayName", static user => user.DisplayNameUtf8()))
        .Append(KeyValuePair.Create<string, Func<User, Utf8Text>>("mailNickname", static user => user.MailNicknameUtf8()))
        .ToFrozenDictionary();

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/users", Read, static (tenant, request, _) => Users.Page(request, (query, after) => Rows(tenant, query, after))),
        new(GraphMethod.Get, "/users/$count", Read, static (tenant, request, _) => Users.Count(request, (query, after) => Rows(tenant, query, after))),
        new(GraphMethod.Get, "/users/{user}", Read.OrOneself(), static (tenant, request, keys) => Find(tenant, keys[0]) is { } user
            ? Users.One(request, user)
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
        .. Relations.Of("/users/{user}/memberOf", ReadGroupsOf.OrOneself(), Relations.ContainerKinds, static (tenant, key) => Find(tenant, key) is { } user
            ? new Related(tenant, IndexList.Empty, IndexList.Of(tenant.GroupsOf(user.Position).ToArray()))
            : null),
        .. Relations.Of("/users/{user}/transitiveMemberOf", ReadGroupsOf, Relations.ContainerKinds, isTransitive: true, find: static (tenant, key) => Find(tenant, key) is { } user
            ? new Related(tenant, IndexList.Empty, IndexList.Of(Nesting.OverUser(tenant, user.Position)))
            : null),
    ];

    /// <summary>The user of a key: an object id or a user principal name.</summary>
    public static UserRow? Find(Tenant tenant, string key) => At(tenant, Guid.TryParse(key, out Guid id) ? tenant.FindUser(id) : tenant.FindUser(key));

    /// <summary>The user at an index, or null.</summary>
    public static UserRow? At(Tenant tenant, int index) => tenant.TryGetUser(index, out User? user) ? new UserRow(tenant, index, user) : null;

    /// <summary>Users after a position that a query can take, through the narrowest index the query names.</summary>
    private static (IEnumerable<UserRow> Rows, int? Count) Rows(Tenant tenant, Query<UserRow> query, int after)
    {
        (IEnumerable<UserRow> Rows, int? Count)? narrowed = null;
        (Func<User, Utf8Text> Of, string Is)? text = null;
        foreach (Equality equality in query.Equalities)
        {
            switch (equality.Path)
            {
                case "id":
                    return (Named(tenant, equality.Values, after, text => Guid.TryParse(text, out Guid id) ? tenant.FindUser(id) : -1), null);
                case "userPrincipalName":
                    return (Named(tenant, equality.Values, after, tenant.FindUser), null);
                case "assignedLicenses/skuId" when equality.Values is [Guid id]:
                    SortedPages<int> holders = tenant.Catalog.TryGetSku(id, out Engine.Catalog.Sku? sku) ? tenant.HoldersOf(sku.Index) : SortedPages<int>.Empty;
                    narrowed = (Indexed(tenant, holders.From(after + 1)), equality.IsWhole ? holders.Count : null);
                    break;
                case var name when equality.Values is [string value] && Texts.TryGetValue(name, out Func<User, Utf8Text>? of):
                    text ??= (of, value);
                    break;
            }
        }

        return narrowed ?? (text is { } told ? Told(tenant, after, told.Of, told.Is) : All(tenant, after), query.Filter is null ? tenant.UserCount : null);
    }

    private static IEnumerable<UserRow> All(Tenant tenant, int after)
    {
        PagedVector<User?> users = tenant.Users;
        for (int index = after + 1; index < users.Count; index++)
        {
            if (users[index] is { } user)
            {
                yield return new UserRow(tenant, index, user);
            }
        }
    }

    // There is no index of texts, but most users are passed over where their texts lie, before a row is made of them.
    private static IEnumerable<UserRow> Told(Tenant tenant, int after, Func<User, Utf8Text> of, string value)
    {
        for (int index = Next(after + 1); index >= 0; index = Next(index + 1))
        {
            yield return new UserRow(tenant, index, tenant.Users[index]!);
        }

        int Next(int from)
        {
            PagedVector<User?> users = tenant.Users;
            for (int page = from / PagedVector<User?>.PageSize; page < users.Pages; page++)
            {
                int first = page * PagedVector<User?>.PageSize;
                ReadOnlySpan<User?> some = users.Page(page);
                for (int i = Math.Max(0, from - first); i < some.Length; i++)
                {
                    if (some[i] is { } user && of(user).IsButForCase(value) == true)
                    {
                        return first + i;
                    }
                }
            }

            return -1;
        }
    }

    private static IEnumerable<UserRow> Indexed(Tenant tenant, IEnumerable<int> indexes)
    {
        foreach (int index in indexes)
        {
            yield return new UserRow(tenant, index, tenant.Users[index]!);
        }
    }

    private static IEnumerable<UserRow> Named(Tenant tenant, object?[] values, int after, Func<string, int> find) =>
        Indexed(tenant, values.Select(value => value is string text ? find(text) : -1).Where(index => index > after).Distinct().Order());
}
