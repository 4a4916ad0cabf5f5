// Every message type, for tests and fuzz targets that go over all of them.
#pragma once
#include "mcim/msg/es9.h"
#include "mcim/msg/manage.h"

namespace mcim::msg {

using AllMessages =
    std::tuple<GetEuiccInfo1Request, EUICCInfo1, GetEuiccInfo2Request, EUICCInfo2, DeviceInfo, GetEuiccDataRequest,
               GetEuiccDataResponse, EuiccConfiguredAddressesRequest, EuiccConfiguredAddressesResponse,
               SetDefaultDpAddressRequest, SetDefaultDpAddressResponse, GetRatRequest, GetRatResponse,
               ISDRProprietaryApplicationTemplate, StoreMetadataRequest, ProfileInfo, ProfileInfoListRequest,
               ProfileInfoListResponse, SetNicknameRequest, SetNicknameResponse, EnableProfileRequest,
               EnableProfileResponse, DisableProfileRequest, DisableProfileResponse, DeleteProfileRequest,
               DeleteProfileResponse, EuiccMemoryResetRequest, EuiccMemoryResetResponse, GetEuiccChallengeRequest,
               GetEuiccChallengeResponse, AuthenticateServerRequest, AuthenticateServerResponse, PrepareDownloadRequest,
               PrepareDownloadResponse, CancelSessionRequest, CancelSessionResponse, InitialiseSecureChannelRequest,
               BoundProfilePackage, ConfigureISDPRequest, ReplaceSessionKeysRequest, ProfileInstallationResult,
               PendingNotification, ListNotificationRequest, ListNotificationResponse, RetrieveNotificationsListRequest,
               RetrieveNotificationsListResponse, NotificationSentRequest, NotificationSentResponse,
               RemoteProfileProvisioningRequest, RemoteProfileProvisioningResponse>;

}  // namespace mcim::msg
