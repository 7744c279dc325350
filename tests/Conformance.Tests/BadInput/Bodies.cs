using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;
using static Berth.Conformance.Tests.BadInput.UnderTest;

namespace Berth.Conformance.Tests.BadInput;

/// <summary>Bodies that say nothing, the wrong thing, too much, or are no bodies (L3, L5, L6, B51).</summary>
[Collection(nameof(UnderTest))]
public sealed class Bodies(UnderTest target)
{
    private const string Assign = "/v1.0/users/USER/assignLicense";
    private const string Missing = "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ";
    private const string NoGuid = "Cannot convert a primitive value to the expected type 'Edm.Guid'. The value of ";
    private const string Unreadable = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format. ...";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{}""", "parameterMissing", Missing + "addLicenses, removeLicenses.")]
    [InlineData("""{"addLicenses":[]}""", "parameterMissing", Missing + "removeLicenses.")]
    [InlineData("""{"removeLicenses":[]}""", "parameterMissing", Missing + "addLicenses.")]
    [InlineData("""{"addLicenses":null,"removeLicenses":[]}""", "parameterMissing", Missing + "addLicenses.")]
    [InlineData("""{"addLicenses":[{"skuId":"POWER_BI_PRO"}],"removeLicenses":[]}""", "guidInvalid", NoGuid + "'skuId' was 'POWER_BI_PRO'.")]
    [InlineData("""{"addLicenses":[{"skuId":""}],"removeLicenses":[]}""", "guidInvalid", NoGuid + "'skuId' was ''.")]
    [InlineData("""{"addLicenses":[{"skuId":7}],"removeLicenses":[]}""", "guidInvalid", NoGuid + "'skuId' was a number.")]
    [InlineData("""{"addLicenses":[{"skuId":null}],"removeLicenses":[]}""", "guidInvalid", NoGuid + "'skuId' was null.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":["{SKU}"]}""", "guidInvalid", NoGuid + "'removeLicenses' was '{SKU}'.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":["SKU "]}""", "guidInvalid", NoGuid + "'removeLicenses' was 'SKU '.")]
    [InlineData("""{"addLicenses":[{"skuId":"SKU","disabledPlans":["x"]}],"removeLicenses":[]}""", "guidInvalid", NoGuid + "'disabledPlans' was 'x'.")]
    [InlineData("""{"addLicenses":[{}],"removeLicenses":[]}""", "valueMissing", "Every item of addLicenses must have a skuId.")]
    [InlineData("""{"addLicenses":{},"removeLicenses":[]}""", "typeWrong", "The value of 'addLicenses' must be an array; it was an object.")]
    [InlineData("""{"addLicenses":"SKU","removeLicenses":[]}""", "typeWrong", "The value of 'addLicenses' must be an array; it was a string.")]
    [InlineData("""{"addLicenses":["SKU"],"removeLicenses":[]}""", "typeWrong", "The value of 'addLicenses' must be an object; it was a string.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":"SKU"}""", "typeWrong", "The value of 'removeLicenses' must be an array; it was a string.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],"skuId":"SKU"}""", "propertyUnknown", "Invalid property 'skuId'. The operation 'assignLicense' takes addLicenses and removeLicenses.")]
    [InlineData("""{"addLicenses":[{"skuId":"SKU","plans":[]}],"removeLicenses":[]}""", "propertyUnknown", "Invalid property 'plans'. An item of addLicenses has skuId and disabledPlans.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],"addLicenses":[]}""", "propertyRepeated", "The property 'addLicenses' occurs more than once.")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],"ADDLICENSES":[]}""", "propertyRepeated", "The property 'ADDLICENSES' occurs more than once.")]
    [InlineData("""[]""", "typeWrong", "The value of 'body' must be an object; it was an array.")]
    [InlineData("""null""", "typeWrong", "The value of 'body' must be an object; it was null.")]
    [InlineData(""" "addLicenses" """, "typeWrong", "The value of 'body' must be an object; it was a string.")]
    [InlineData("", "bodyMissing", "Empty Payload. JSON content expected.")]
    public async Task A_license_call_of_the_wrong_shape_is_refused_by_name(string body, string innerCode, string message) =>
        await BadRequestAsync(Assign, target.Fill(body), innerCode, target.Fill(message));

    [Fact]
    public async Task A_license_call_that_names_the_wrong_things_is_refused_by_name()
    {
        Guid unknown = Guid.NewGuid(), foreign = Guid.NewGuid();
        await BadRequestAsync(Assign, Lists($$"""{"skuId":"{{unknown}}"}""", ""), "skuNotInTenant", $"License {unknown} does not correspond to a valid company License.");
        await BadRequestAsync(Assign, Lists("", $"\"{unknown}\""), "skuNotInTenant", $"License {unknown} does not correspond to a valid company License.");
        await BadRequestAsync(Assign, Lists("""{"skuId":"SKU"},{"skuId":"SKU"}""", ""), "duplicateSku", target.Fill("License SKU occurs more than once in one list."));
        await BadRequestAsync(Assign, Lists("", "\"SKU\",\"SKU\""), "duplicateSku", target.Fill("License SKU occurs more than once in one list."));
        await BadRequestAsync(Assign, Lists("""{"skuId":"SKU"}""", "\"SKU\""), "skuInBothLists", target.Fill("License SKU occurs in addLicenses and in removeLicenses."));
        await BadRequestAsync(
            Assign, Lists($$"""{"skuId":"SKU","disabledPlans":["{{foreign}}"]}""", ""), "unknownDisabledPlan",
            target.Fill($"Service plan(s) {foreign} in disabledPlans do not belong to license SKU."));
    }

    [Theory]
    [InlineData("""{"addLicenses":[""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[]""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],}""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[]} {}""")]
    [InlineData("""{'addLicenses':[],'removeLicenses':[]}""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[] /* none */}""")]
    [InlineData("""{"addLicenses":[NaN],"removeLicenses":[]}""")]
    [InlineData("""{"addLicenses":[01],"removeLicenses":[]}""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":["\ud800"]}""")]
    [InlineData("""{"addLicenses":[],"removeLicenses":["\x41"]}""")]
    [InlineData("addLicenses=&removeLicenses=")]
    [InlineData("<assignLicense/>")]
    public async Task What_is_not_JSON_is_not_read(string body) => await BadRequestAsync(Assign, body, "jsonInvalid", Unreadable);

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_not_read()
    {
        byte[] valid = Encoding.UTF8.GetBytes("""{"addLicenses":[],"removeLicenses":["?"]}""");
        foreach (byte bad in (byte[])[0xff, 0xc0, 0x80, 0xed])
        {
            byte[] body = [.. valid];
            body[Array.IndexOf(body, (byte)'?')] = bad;
            await RefusedAsync(400, "Request_BadRequest", "jsonInvalid", Unreadable, Request("POST", target.Fill(Assign), body));
        }

        await RefusedAsync(400, "Request_BadRequest", "jsonInvalid", Unreadable, Request("POST", target.Fill(Assign), Encoding.Unicode.GetBytes("""{"addLicenses":[]}""")));
    }

    [Fact]
    public async Task JSON_may_be_32_levels_deep_and_no_more()
    {
        // The body is the first level, the unknown property's arrays are the others.
        await BadRequestAsync(
            Assign, Nested(32), "propertyUnknown", "Invalid property 'deep'. The operation 'assignLicense' takes addLicenses and removeLicenses.");
        await BadRequestAsync(Assign, Nested(33), "jsonInvalid", Unreadable);
        await BadRequestAsync(Assign, Nested(100_000), "jsonInvalid", Unreadable);
        await BadRequestAsync(Assign, new string('[', 500_000), "jsonInvalid", Unreadable);

        static string Nested(int levels) => $$"""{"deep":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_may_have_1_MiB_and_no_byte_more(bool chunked)
    {
        const int Limit = 1024 * 1024;
        long version = await target.VersionAsync();
        foreach (int length in (int[])[Limit - 1, Limit])
        {
            using HttpRequestMessage fits = Sized(length);
            using HttpResponseMessage answer = await target.Http.SendAsync(fits, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(version, await target.VersionAsync());
        await RefusedAsync(413, "RequestEntityTooLarge", "bodyTooLarge", "The request body is larger than 1048576 bytes.", Sized(Limit + 1));
        await RefusedAsync(413, "RequestEntityTooLarge", "bodyTooLarge", "The request body is larger than 1048576 bytes.", Sized(8 * Limit));

        HttpRequestMessage Sized(int length)
        {
            const string Body = """{"addLicenses":[],"removeLicenses":[]}""";
            HttpRequestMessage request = Request("POST", target.Fill(Assign), Body + new string(' ', length - Body.Length));
            request.Headers.TransferEncodingChunked = chunked;
            return request;
        }
    }

    [Fact]
    public async Task A_very_long_list_of_licenses_is_read_and_refused()
    {
        string many = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{new Guid(i, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1)}\""));
        await BadRequestAsync(Assign, Lists("", many), "skuNotInTenant", $"License {new Guid(0, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1)} does not correspond to a valid company License.");
    }

    [Theory]
    [InlineData("text/plain", "text/plain")]
    [InlineData("application/xml", "application/xml")]
    [InlineData("application/x-www-form-urlencoded", "application/x-www-form-urlencoded")]
    [InlineData("application/jsonp", "application/jsonp")]
    [InlineData("text/json; charset=utf-8", "text/json; charset=utf-8")]
    [InlineData(null, "")]
    public async Task A_body_of_another_content_type_is_not_read(string? contentType, string named) => await RefusedAsync(
        415, "UnsupportedMediaType", "contentTypeUnsupported", $"The content type '{named}' cannot be read here: send application/json.",
        Request("POST", target.Fill(Assign), """{"addLicenses":[],"removeLicenses":[]}""", contentType));

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON;odata.metadata=none")]
    public async Task A_JSON_content_type_with_parameters_is_read(string contentType)
    {
        using HttpRequestMessage request = Request("POST", target.Fill(Assign), """{"addLicenses":[],"removeLicenses":[]}""", contentType);
        using HttpResponseMessage answer = await target.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("accountEnabled", "1e999", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.Boolean'. The value of 'accountEnabled' was a number.")]
    [InlineData("accountEnabled", "\"true\"", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.Boolean'. The value of 'accountEnabled' was a string.")]
    [InlineData("displayName", "99999999999999999999999999999999", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.String'. The value of 'displayName' was a number.")]
    [InlineData("displayName", "\"\"", "valueInvalid", "Invalid value specified for property 'displayName' of resource 'User'. It must not be empty.")]
    [InlineData("displayName", "\"a\\u0000b\"", "valueInvalid", "Invalid value specified for property 'displayName' of resource 'User'. It has a control character.")]
    [InlineData("displayName", "null", "valueInvalid", "Invalid value specified for property 'displayName' of resource 'User'. It must not be empty.")]
    [InlineData("usageLocation", "\"USA\"", "valueInvalid", "Invalid value specified for property 'usageLocation' of resource 'User'.")]
    [InlineData("usageLocation", "\"XX\"", "valueInvalid", "Invalid value specified for property 'usageLocation' of resource 'User'.")]
    [InlineData("userPrincipalName", "\"no at sign\"", "valueInvalid", "Property userPrincipalName is invalid. It has the form alias@domain, without blanks.")]
    [InlineData("userPrincipalName", "\"two@at@contoso.example\"", "valueInvalid", "Property userPrincipalName is invalid. It has the form alias@domain, without blanks.")]
    [InlineData("id", "\"USER\"", "propertyUnknown", "Invalid property 'id'. Property 'id' of resource 'User' is read-only.")]
    [InlineData("assignedLicenses", "[]", "propertyUnknown", "Invalid property 'assignedLicenses'. Resource 'User' has no property of this name that can be written here.")]
    [InlineData("favoriteColor", "\"blue\"", "propertyUnknown", "Invalid property 'favoriteColor'. Resource 'User' has no property of this name that can be written here.")]
    [InlineData("businessPhones", "\"1\"", "typeWrong", "The value of 'businessPhones' must be an array; it was a string.")]
    [InlineData("employeeHireDate", "\"soon\"", "valueInvalid", "Invalid value specified for property 'employeeHireDate' of resource 'User'. It must be an ISO 8601 instant...")]
    public async Task A_user_is_not_changed_to_something_that_cannot_be(string property, string value, string innerCode, string message) => await RefusedAsync(
        400, "Request_BadRequest", innerCode, message,
        Request("PATCH", target.Fill("/v1.0/users/USER"), target.Fill($$"""{"department":"changed","{{property}}":{{value}}}""")));

    [Fact]
    public async Task A_display_name_has_256_characters_and_no_more()
    {
        foreach (int length in (int[])[257, 1_000_000])
        {
            await RefusedAsync(
                400, "Request_BadRequest", "valueInvalid",
                string.Create(CultureInfo.InvariantCulture, $"Invalid value specified for property 'displayName' of resource 'User'. It has {length} characters; at most 256 are possible."),
                Request("PATCH", target.Fill("/v1.0/users/USER"), $$"""{"displayName":"{{new string('x', length)}}"}"""));
        }

        foreach (int length in (int[])[255, 256])
        {
            using HttpRequestMessage fits = Request("PATCH", target.Fill("/v1.0/users/USER"), $$"""{"displayName":"{{new string('x', length)}}"}""");
            using HttpResponseMessage answer = await target.Http.SendAsync(fits, Cancel);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        using HttpRequestMessage back = Request("PATCH", target.Fill("/v1.0/users/USER"), """{"displayName":"Target"}""");
        using HttpResponseMessage restored = await target.Http.SendAsync(back, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, restored.StatusCode);
    }

    [Theory]
    [InlineData("""{"@odata.id":5}""", "typeWrong", "Cannot convert a primitive value to the expected type 'Edm.String'. The value of '@odata.id' was a number.")]
    [InlineData("""{"@odata.id":"https://graph.microsoft.com/v1.0/devices/USER"}""", "valueInvalid", "Invalid value specified for property '@odata.id' of resource 'Group'. Every item is the URL of an object...")]
    [InlineData("""{"@odata.id":"USER"}""", "valueInvalid", "Invalid value specified for property '@odata.id' of resource 'Group'. Every item is the URL of an object...")]
    [InlineData("""{}""", "valueMissing", "The body of a reference must have @odata.id, the URL of a user or group.")]
    public async Task A_reference_to_nothing_adds_no_member(string body, string innerCode, string message) =>
        await BadRequestAsync("/v1.0/groups/GROUP/members/$ref", target.Fill(body), innerCode, message);

    [Theory]
    [InlineData("""{}""", "A batch has at least one item in 'requests'.")]
    [InlineData("""{"requests":[]}""", "A batch has at least one item in 'requests'.")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE"}]}""", "Every item of a batch has an id, a method and a url.")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE","url":"/users/USER"},{"id":"1","method":"GET","url":"/users"}]}""", "Invalid request id : 1 in batch payload. Request Ids should be unique.")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE","url":"/users/USER"},{"id":1,"method":"GET","url":"/users"}]}""", "Invalid request id : 1 in batch payload. Request Ids should be unique.")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE","url":"/users/USER"},{"id":"2","method":"GET","url":"/users","dependsOn":["3"]}]}""", "Invalid dependency for request Id : 2. The batch has no request with id '3'.")]
    [InlineData("""{"requests":[{"id":"1","method":"DELETE","url":"/users/USER"},{"id":"2","method":"GET","url":"/users","dependsOn":["3"]},{"id":"3","method":"GET","url":"/users","dependsOn":["2"]}]}""", "Invalid dependency: requests of the batch depend on each other in a circle.")]
    public async Task A_batch_with_a_mistake_in_its_frame_runs_none_of_its_items(string body, string message) =>
        await RefusedAsync(400, "BadRequest", "batchInvalid", message, Request("POST", "/v1.0/$batch", target.Fill(body)));

    [Fact]
    public async Task A_batch_has_20_items_and_no_more()
    {
        await RefusedAsync(400, "BadRequest", "batchInvalid", "Number of batch request steps exceeds the max value of 20.", Request("POST", "/v1.0/$batch", Items(21)));
        using HttpRequestMessage fits = Request("POST", "/v1.0/$batch", Items(20));
        using HttpResponseMessage answer = await target.Http.SendAsync(fits, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        static string Items(int count) => $$"""{"requests":[{{string.Join(',', Enumerable.Range(1, count).Select(i => $$"""{"id":{{i}},"method":"GET","url":"/organization"}"""))}}]}""";
    }

    [Fact]
    public async Task A_body_that_ends_before_its_length_changes_nothing_and_the_server_goes_on()
    {
        long version = await target.VersionAsync();
        string token = await target.Berth.TokenAsync();
        using TcpClient connection = new("127.0.0.1", target.Berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {target.Fill(Assign)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
                + """{"addLicenses":[],"removeLicenses":[]}"""),
            Cancel);
        connection.Client.Shutdown(SocketShutdown.Send);
        string answer = await Raw.ReadAsync(stream, Cancel);

        // It may answer 400 or just hang up: the client has gone in the middle of its sentence.
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
        Assert.Equal(version, await target.VersionAsync());
    }

    private static string Lists(string add, string remove) => $$"""{"addLicenses":[{{add}}],"removeLicenses":[{{remove}}]}""";

    private Task BadRequestAsync(string path, string body, string innerCode, string message) =>
        RefusedAsync(400, "Request_BadRequest", innerCode, message, Request("POST", target.Fill(path), target.Fill(body)));

    private async Task RefusedAsync(int status, string code, string innerCode, string message, HttpRequestMessage request)
    {
        using (request)
        {
            (await target.RefusedAsync(request, status, code, innerCode, message)).Dispose();
        }
    }
}
