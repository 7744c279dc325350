namespace Berth.Portal.Layout;

/// <summary>A place in the navigation.</summary>
/// <param name="Address">Its address below the portal; everything below it belongs to it.</param>
/// <param name="Title">As people call it.</param>
/// <param name="Icon">The path of its icon, drawn by a line of 1.5 in a square of 20.</param>
/// <param name="IsBuilt">Whether there is such a page; the navigation shows no other.</param>
internal sealed record Place(string Address, string Title, string Icon, bool IsBuilt)
{
    /// <summary>Every place, in the order of the navigation. Whoever builds a page says so here.</summary>
    public static readonly IReadOnlyList<Place> All =
    [
        new("", "Home", "M3 9.5 10 3.5l7 6V17h-5v-5H8v5H3z", IsBuilt: true),
        new("users", "Users", "M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3.8 17c.3-3 2.8-4.8 6.2-4.8s5.9 1.8 6.2 4.8z", IsBuilt: true),
        new("groups", "Groups", "M7 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM13.5 9.5a2.2 2.2 0 1 0 0-4.4M2 16c.2-2.6 2.2-4 5-4s4.8 1.4 5 4zM14.5 12c2 .3 3.3 1.7 3.5 4", IsBuilt: true),
        new("licenses", "Licenses", "M4 3.5h12v13l-3-2-3 2-3-2-3 2zM7 7.500h6M7 10.500h4", IsBuilt: true),
        new("bulk", "Bulk", "M4 4.500h12M4 8.500h12M4 12.500h7M14.5 11.500v5M12 14l2.5 2.500L17 14", IsBuilt: true),
        new("provisioning-policies", "Provisioning policies", "M3 4.500h14v8H3zM7 16.500h6M10 12.500v4", IsBuilt: true),
        new("frontline", "Frontline", "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4.200l3 1.8", IsBuilt: false),
        new("cloud-pcs", "Cloud PCs", "M6 15.500a3.5 3.5 0 0 1-.4-7 4.6 4.6 0 0 1 8.9 0 3.5 3.5 0 0 1-.4 7z", IsBuilt: true),
        new("network-connections", "Network connections", "M10 3.500v4M10 12.500v4M5 10h10M5 10v3M15 10v3M8.5 7.500h3v5h-3z", IsBuilt: true),
        new("plan", "Plan", "M4 5.500h6M4 10h9M4 14.500h5M14 13l1.5 1.500L18 12", IsBuilt: true),
        new("history", "History", "M4 10a6 6 0 1 1 1.8 4.300M4 6.500V10h3.500M10 7v3.300l2.2 1.5", IsBuilt: true),
        new("settings", "Settings", "M4 6h7M15 6h1M4 10h1M9 10h7M4 14h7M15 14h1M13 4.500v3M7 8.500v3M13 12.500v3", IsBuilt: false),
    ];
}
