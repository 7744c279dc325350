using Microsoft.Graph;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>$select, $filter, $orderby, $top, $count, $expand and pages, as the SDK writes them.</summary>
[Collection(nameof(SdkTenant))]
public sealed class Queries(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task Every_operator_of_a_filter_takes_exactly_its_users(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1), other = await tenant.SeatsAsync("CPC_E_2C_4GB_64GB", 1);
        string department = tenant.Name("filters");
        User ann = await NewAsync("Ann O'Neill", "US", "Clerk");
        User bea = await NewAsync("Bea", "DE", "Clerk");
        User cid = await NewAsync("Cid", "DE", null);
        await tenant.Graph(door).AddAsync(ann.Id!, sku);
        await tenant.Graph(door).AddAsync(bea.Id!, other);

        foreach ((string filter, User[] wanted) in ((string, User[])[])
            [
                ("displayName eq 'Ann O''Neill'", [ann]),
                ("displayName eq 'ann o''neill'", [ann]),
                ("usageLocation ne 'US'", [bea, cid]),
                ("usageLocation in ('US','FR')", [ann]),
                ($"id in ('{ann.Id}','{cid.Id}')", [ann, cid]),
                ("usageLocation eq 'DE' and jobTitle eq 'Clerk'", [bea]),
                ("usageLocation eq 'US' or displayName eq 'Cid'", [ann, cid]),
                ("not (usageLocation eq 'US' or displayName eq 'Cid')", [bea]),
                ("jobTitle eq null", [cid]),
                ("jobTitle ne null", [ann, bea]),
                ("startsWith(displayName,'an')", [ann]),
                ("not startswith(displayName,'an')", [bea, cid]),
                ("endsWith(userPrincipalName,'@contoso.example')", [ann, bea, cid]),
                ($"endswith(mail,'{department}.example')", [ann]),
                ("accountEnabled eq true", [ann, bea, cid]),
                ("accountEnabled eq false", []),
                ($"assignedLicenses/any(s:s/skuId eq {sku})", [ann]),
                ($"assignedLicenses/any(s:s/skuId eq {sku} or s/skuId eq {other})", [ann, bea]),
                ($"not assignedLicenses/any(s:s/skuId eq {sku})", [bea, cid]),
                ("assignedLicenses/any()", [ann, bea]),
                ("assignedLicenses/$count eq 0", [cid]),
                ("assignedLicenses/$count ne 0", [ann, bea]),
                ("assignedLicenses/$count eq 1 and (usageLocation eq 'DE' or (usageLocation eq 'US' and not (displayName eq 'Bea')))", [ann, bea]),
            ])
        {
            UserCollectionResponse page = (await tenant.Graph(door).Users.GetAsync(
                request =>
                {
                    request.QueryParameters.Filter = $"department eq '{department}' and ({filter})";
                    request.QueryParameters.Count = true;
                    request.Headers.Add("ConsistencyLevel", "eventual");
                },
                Cancel))!;
            Assert.True(
                wanted.Select(user => user.Id).Order(StringComparer.Ordinal).SequenceEqual(page.Value!.Select(user => user.Id).Order(StringComparer.Ordinal)),
                $"{filter}: {string.Join(", ", page.Value!.Select(user => user.DisplayName))}");
            Assert.Equal(wanted.Length, page.OdataCount);
        }

        Task<User> NewAsync(string name, string location, string? title) => tenant.UserAsync(door, location, user =>
        {
            user.DisplayName = name;
            user.Department = department;
            user.JobTitle = title;
            user.Mail = name == "Bea" ? $"{name}@x.example" : name == "Cid" ? null : $"ann@{department}.example";
        });
    }

    [Theory, EveryDoor]
    public async Task Groups_are_filtered_and_unified_ones_told_apart(Door door)
    {
        string mark = tenant.Name("squad");
        await MakeAsync($"{mark} one", null);
        Group unified = await MakeAsync($"{mark} two", "Unified");

        GroupCollectionResponse found = (await tenant.Graph(door).Groups.GetAsync(
            request => request.QueryParameters.Filter = $"startsWith(displayName,'{mark}') and groupTypes/any(c:c eq 'Unified')", Cancel))!;

        Assert.Equal(unified.Id, Assert.Single(found.Value!).Id);
        Assert.Equal("Unified", Assert.Single(found.Value![0].GroupTypes!));

        async Task<Group> MakeAsync(string name, string? type) => (await tenant.Graph(door).Groups.PostAsync(
            new Group { DisplayName = name, MailNickname = tenant.Name("squad"), MailEnabled = type is not null, SecurityEnabled = true, GroupTypes = type is null ? [] : [type] },
            cancellationToken: Cancel))!;
    }

    [Theory, EveryDoor]
    public async Task Pages_follow_links_to_the_end_without_a_gap_or_a_repetition(Door door)
    {
        (string department, User[] users) = await PeopleAsync(door, 11);
        int pages = 0;
        List<string?> seen = [];
        UserCollectionResponse first = (await tenant.Graph(door).Users.GetAsync(
            request => (request.QueryParameters.Filter, request.QueryParameters.Top) = ($"department eq '{department}'", 4), Cancel))!;
        Assert.StartsWith($"{tenant.BaseOf(door)}/users?", first.OdataNextLink, StringComparison.Ordinal);

        PageIterator<User, UserCollectionResponse> iterator = PageIterator<User, UserCollectionResponse>.CreatePageIterator(
            tenant.Graph(door),
            first,
            user =>
            {
                seen.Add(user.Id);
                return true;
            },
            request =>
            {
                pages++;
                return request;
            });
        await iterator.IterateAsync(Cancel);

        Assert.Equal(PagingState.Complete, iterator.State);
        Assert.Equal(2, pages);
        Assert.Equal(users.Select(user => user.Id).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Theory, EveryDoor]
    public async Task Sorted_pages_keep_the_order_across_their_borders(Door door)
    {
        (string department, User[] users) = await PeopleAsync(door, 7);
        List<string?> names = [];
        UserCollectionResponse page = (await tenant.Graph(door).Users.GetAsync(
            request =>
            {
                request.QueryParameters.Filter = $"department eq '{department}'";
                request.QueryParameters.Orderby = ["displayName desc"];
                request.QueryParameters.Top = 3;
                request.QueryParameters.Count = true;
                request.QueryParameters.Select = ["displayName"];
                request.Headers.Add("ConsistencyLevel", "eventual");
            },
            Cancel))!;
        Assert.Equal(7, page.OdataCount);
        while (true)
        {
            names.AddRange(page.Value!.Select(user => user.DisplayName));
            if (page.OdataNextLink is null)
            {
                break;
            }

            page = (await tenant.Graph(door).Users.WithUrl(page.OdataNextLink).GetAsync(cancellationToken: Cancel))!;
        }

        Assert.Equal(users.Select(user => user.DisplayName).OrderDescending(StringComparer.OrdinalIgnoreCase), names);
    }

    [Theory, EveryDoor]
    public async Task The_largest_page_is_999_and_the_smallest_is_one(Door door)
    {
        await PeopleAsync(door, 2);

        Assert.Single((await tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Top = 1, Cancel))!.Value!);
        Assert.NotEmpty((await tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Top = 999, Cancel))!.Value!);
        foreach (int top in (int[])[0, 1000])
        {
            await LicenseCalls.RefusedAsync(
                400, "Request_UnsupportedQuery", "queryUnsupported", $"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive.",
                () => tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Top = top, Cancel));
        }
    }

    [Theory, EveryDoor]
    public async Task Expanded_members_and_groups_are_typed(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door), group = await tenant.GroupAsync(door, ada);
        await tenant.AddMemberAsync(door, group, inner.Id!);

        Group withMembers = (await tenant.Graph(door).Groups[group.Id].GetAsync(request => request.QueryParameters.Expand = ["members($select=id,displayName)"], Cancel))!;
        User withGroups = (await tenant.Graph(door).Users[ada.Id].GetAsync(request => request.QueryParameters.Expand = ["memberOf"], Cancel))!;
        Group withParents = (await tenant.Graph(door).Groups[inner.Id].GetAsync(request => request.QueryParameters.Expand = ["memberOf"], Cancel))!;

        Assert.Collection(
            withMembers.Members!,
            first => Assert.Equal((ada.Id, ada.DisplayName, null), (first.Id, Assert.IsType<User>(first).DisplayName, ((User)first).UserPrincipalName)),
            second => Assert.Equal((inner.Id, inner.DisplayName), (second.Id, Assert.IsType<Group>(second).DisplayName)));
        Assert.Equal(group.DisplayName, Assert.IsType<Group>(Assert.Single(withGroups.MemberOf!)).DisplayName);
        Assert.Equal(group.Id, Assert.IsType<Group>(Assert.Single(withParents.MemberOf!)).Id);
    }

    [Theory, EveryDoor]
    public async Task A_query_that_cannot_be_read_is_refused_with_the_place(Door door)
    {
        foreach (string filter in (string[])["displayName eq", "displayName eq 'open", "nothing eq 'x'", "displayName", "(displayName eq 'x'", "displayName eq 5", "id eq 'a' und id eq 'b'"])
        {
            Microsoft.Graph.Models.ODataErrors.ODataError error = await Assert.ThrowsAsync<Microsoft.Graph.Models.ODataErrors.ODataError>(() =>
                tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Filter = filter, Cancel));
            Assert.Equal(400, error.ResponseStatusCode);
            Assert.Contains(error.Error!.Code, (string[])["BadRequest", "Request_UnsupportedQuery"]);
            Assert.Contains("filter clause", error.Message, StringComparison.Ordinal);
        }
    }

    // L159a: "$search" with the header alone, and beside the other options.
    [Theory, EveryDoor]
    public async Task A_search_finds_users_and_groups_by_words(Door door)
    {
        string mark = tenant.Name("search");
        User ann = await tenant.UserAsync(door, "US", user => (user.DisplayName, user.Department) = ($"Ann {mark}Guthrie", mark));
        User bob = await tenant.UserAsync(door, "US", user => (user.DisplayName, user.Department) = ($"Bob {mark}Guthrie", "other"));
        Group group = (await tenant.Graph(door).Groups.PostAsync(
            new Group { DisplayName = $"{mark}Guthrie", MailNickname = tenant.Name("search"), MailEnabled = false, SecurityEnabled = true }, cancellationToken: Cancel))!;

        UserCollectionResponse users = (await tenant.Graph(door).Users.GetAsync(
            request =>
            {
                request.QueryParameters.Search = $"\"displayName:{mark}Guthr\"";
                request.QueryParameters.Orderby = ["displayName desc"];
                request.QueryParameters.Count = true;
                request.QueryParameters.Select = ["id", "displayName"];
                request.QueryParameters.Top = 1;
                request.Headers.Add("ConsistencyLevel", "eventual");
            },
            Cancel))!;
        Assert.Equal(2, users.OdataCount);
        Assert.Equal(bob.Id, Assert.Single(users.Value!).Id);
        Assert.Equal(ann.Id, Assert.Single((await tenant.Graph(door).Users.WithUrl(users.OdataNextLink!).GetAsync(cancellationToken: Cancel))!.Value!).Id);

        UserCollectionResponse filtered = (await tenant.Graph(door).Users.GetAsync(
            request =>
            {
                request.QueryParameters.Search = $"\"displayName:{mark}\" OR \"department:{mark}\"";
                request.QueryParameters.Filter = $"department eq '{mark}'";
                request.Headers.Add("ConsistencyLevel", "eventual");
            },
            Cancel))!;
        Assert.Equal(ann.Id, Assert.Single(filtered.Value!).Id);
        Assert.Equal(group.Id, Assert.Single((await tenant.Graph(door).Groups.GetAsync(
            request =>
            {
                request.QueryParameters.Search = $"\"displayName:{mark}\"";
                request.Headers.Add("ConsistencyLevel", "eventual");
            },
            Cancel))!.Value!).Id);

        await LicenseCalls.RefusedAsync(
            400, "Request_UnsupportedQuery", "advancedQueryNeeded",
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
            () => tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Search = "\"displayName:ann\"", Cancel));
    }

    // L154.
    [Theory, EveryDoor]
    public async Task Without_the_header_advanced_queries_are_refused_in_Graphs_words(Door door)
    {
        await LicenseCalls.RefusedAsync(
            400, "Request_BadRequest", "advancedQueryNeeded", "$count is not currently supported.", () => tenant.Graph(door).Users.Count.GetAsync(cancellationToken: Cancel));
        await LicenseCalls.RefusedAsync(
            400, "Request_UnsupportedQuery", "advancedQueryNeeded",
            "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true query parameter and "
            + "ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
            () => tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Filter = "endsWith(mail,'@contoso.example')", Cancel));
        Assert.Null((await tenant.Graph(door).Users.GetAsync(request => request.QueryParameters.Count = true, Cancel))!.OdataCount);
    }

    // L153, L159b: lists of any depth, their casts and counts, and the membership functions.
    [Theory, EveryDoor]
    public async Task Members_of_members_are_listed_cast_counted_and_checked(Door door)
    {
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door, ada), outer = await tenant.GroupAsync(door, bob);
        await tenant.AddMemberAsync(door, outer, inner.Id!);
        GraphServiceClient graph = tenant.Graph(door);

        Assert.Equal(
            new[] { ada.Id, bob.Id, inner.Id }.Order(StringComparer.Ordinal),
            (await graph.Groups[outer.Id].TransitiveMembers.GetAsync(cancellationToken: Cancel))!.Value!.Select(member => member.Id).Order(StringComparer.Ordinal));
        UserCollectionResponse users = (await graph.Groups[outer.Id].TransitiveMembers.GraphUser.GetAsync(
            request =>
            {
                request.QueryParameters.Count = true;
                request.Headers.Add("ConsistencyLevel", "eventual");
            },
            Cancel))!;
        Assert.Equal((2, 2L), (users.Value!.Count, users.OdataCount));
        Assert.Equal(3, await graph.Groups[outer.Id].TransitiveMembers.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(2, await graph.Users[ada.Id].TransitiveMemberOf.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(2, await graph.Users[ada.Id].TransitiveMemberOf.GraphGroup.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(outer.Id, Assert.Single((await graph.Groups[inner.Id].TransitiveMemberOf.GetAsync(cancellationToken: Cancel))!.Value!).Id);
        Assert.Empty((await graph.Groups[outer.Id].Members.GraphDevice.GetAsync(cancellationToken: Cancel))!.Value!);
        Assert.Empty((await graph.Users[ada.Id].MemberOf.GraphDirectoryRole.GetAsync(cancellationToken: Cancel))!.Value!);

        string[] both = [.. new[] { inner.Id!, outer.Id! }.Order(StringComparer.Ordinal)];
        Assert.Equal(both, (await graph.Users[ada.Id].GetMemberGroups.PostAsGetMemberGroupsPostResponseAsync(
            new Microsoft.Graph.Users.Item.GetMemberGroups.GetMemberGroupsPostRequestBody { SecurityEnabledOnly = true }, cancellationToken: Cancel))!.Value!.Order(StringComparer.Ordinal));
        Assert.Equal(both, (await graph.Users[ada.Id].GetMemberObjects.PostAsGetMemberObjectsPostResponseAsync(
            new Microsoft.Graph.Users.Item.GetMemberObjects.GetMemberObjectsPostRequestBody { SecurityEnabledOnly = false }, cancellationToken: Cancel))!.Value!.Order(StringComparer.Ordinal));
        Assert.Equal([outer.Id!], (await graph.Users[ada.Id].CheckMemberGroups.PostAsCheckMemberGroupsPostResponseAsync(
            new Microsoft.Graph.Users.Item.CheckMemberGroups.CheckMemberGroupsPostRequestBody { GroupIds = [outer.Id!, ada.Id!] }, cancellationToken: Cancel))!.Value!);
        Assert.Equal([outer.Id!], (await graph.Groups[inner.Id].CheckMemberObjects.PostAsCheckMemberObjectsPostResponseAsync(
            new Microsoft.Graph.Groups.Item.CheckMemberObjects.CheckMemberObjectsPostRequestBody { Ids = [outer.Id!] }, cancellationToken: Cancel))!.Value!);
        await LicenseCalls.RefusedAsync(
            400, "Request_BadRequest", "securityEnabledOnlyOfGroup", "The parameter 'securityEnabledOnly' can be true for a user only; for a group send false.",
            () => graph.Groups[inner.Id].GetMemberGroups.PostAsGetMemberGroupsPostResponseAsync(
                new Microsoft.Graph.Groups.Item.GetMemberGroups.GetMemberGroupsPostRequestBody { SecurityEnabledOnly = true }, cancellationToken: Cancel));
    }

    private async Task<(string Department, User[] Users)> PeopleAsync(Door door, int count)
    {
        string department = tenant.Name("pages");
        User[] users = new User[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = await tenant.UserAsync(door, "US", user => user.Department = department);
        }

        return (department, users);
    }
}
