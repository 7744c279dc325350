using System.Diagnostics.CodeAnalysis;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>One of the things that a health check of a network connection looks at (C175).</summary>
/// <param name="Name">Its name in commands, reports and the journal; never changes.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="IsAboutDomain">Whether it looks at the domain: hybrid join only.</param>
/// <param name="Advice">What to do when it fails.</param>
public sealed record ConnectionCheck(string Name, string DisplayName, bool IsAboutDomain, string Advice)
{
    internal const string Environment = "environment";
    internal const string NetworkReadiness = "networkReadiness";

    /// <summary>All of them, in the order in which they are told.</summary>
    public static ValueArray<ConnectionCheck> All { get; } =
    [
        new("dns", "DNS can resolve Active Directory domain", true, "Correct the domain name, or let the network's name server answer for it."),
        new("domainJoin", "Active Directory domain join", true, "Correct the domain, the account, its password or the organizational unit, and let the account create computers there."),
        new("endpoints", "Endpoint connectivity", false, "Let the required addresses through firewalls and proxies of the network."),
        new("deviceSync", "Microsoft Entra device sync", true, "Let Microsoft Entra Connect sync devices, at least once an hour."),
        new("subnetAddresses", "Azure subnet IP address usage", false, "Free addresses of the subnet, or name a larger one."),
        new("tenantReadiness", "Azure tenant readiness", false, "Enable the Azure subscription, and let its policies allow new resources."),
        new(NetworkReadiness, "Azure virtual network readiness", false, "Name a virtual network and a subnet that are there, are not locked, and lie in a supported region."),
        new("subscriptionPermissions", "First-party app permissions exist on Azure subscription", false, "Give the service the Reader role on the subscription."),
        new("resourceGroupPermissions", "First-party app permissions exist on Azure resource group", false, "Give the service the Windows 365 Network Interface Contributor role on the resource group."),
        new("networkPermissions", "First-party app permissions exist on Azure virtual network", false, "Give the service the Windows 365 Network User role on the virtual network."),
        new(Environment, "Environment and configuration is ready", false, "Run the checks again; if it fails once more, look into the log of the host."),
        new("enrollment", "Intune enrollment restrictions allow Windows enrollment", false, "Let the enrollment restrictions of Intune allow Windows."),
        new("localization", "Localization language package readiness", false, "Let the addresses of the language packages through firewalls and proxies of the network."),
        new("udp", "UDP connection check", false, "Let the STUN and TURN addresses through firewalls of the network."),
        new("singleSignOn", "Single sign-on configuration", false, "Make the Kerberos server object of the domain."),
    ];

    private static readonly Dictionary<string, ConnectionCheck> ByName =
        All.SelectMany(check => new[] { (check.Name, check), (check.DisplayName, check) }).ToDictionary(pair => pair.Item1, pair => pair.check, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a connection of a join type is checked for it.</summary>
    public bool IsFor(DomainJoinType join) => !IsAboutDomain || join == DomainJoinType.HybridAzureADJoin;

    /// <summary>The check of a name, for commands or for people, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConnectionCheck? check) => ByName.TryGetValue(name, out check);
}
